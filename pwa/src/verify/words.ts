/** The page's sentences: Chinese first, English beside it, both always shown, so that nobody needs a switch. */
export const WORDS = {
  title: ["入户 · 抽样核验", "Ruhu · verify a draw"],
  lead: [
    "选抽样记录(JSON)和名单(CSV),在您自己的电脑上重算一遍。文件不离开这台电脑,不用联网。",
    "Choose a draw record (JSON) and a frame (CSV); all is computed on this computer. No file leaves it and no network is used.",
  ],
  record: ["抽样记录(JSON)", "Draw record (JSON)"],
  frame: ["名单(CSV,可只有本县一层;可多选)", "Frame (CSV; one stratum of your own is enough; several files may be chosen)"],
  commitment: ["掷骰子之前签字的承诺码(64 位,可不填)", "Commitment signed before the dice (64 characters, optional)"],
  key: ["签字纸上的签名密钥编号(16 位,可不填)", "Signing key id from the paper (16 characters, optional)"],
  run: ["核验", "Verify"],
  working: ["正在计算…", "Computing…"],
  holds: ["一致", "It holds"],
  differs: ["不一致", "It differs"],
  first: ["第一处不同", "First difference"],
  others: ["另有 {n} 处不同", "{n} further differences"],
  holdsAll: [
    "承诺码、种子、名单次序都能由公开数据重算出来。",
    "Commitment, seed and lists follow from the public data.",
  ],
  checked: ["已用名册核对的层:{names}", "Strata checked against the frame: {names}"],
  missing: ["名册文件里没有、未核对的层:{names}", "Strata not in the frame file, not checked: {names}"],
  noFrame: [
    "没有给名册:只核对了记录自身,没有核对有没有漏户。",
    "Without a frame only the record itself was checked, not whether households were left out.",
  ],
  signed: ["签名有效,密钥编号 {key}。请与签字纸上的比对。", "Signature valid, key id {key}. Compare it with the paper."],
  unsigned: [
    "这个浏览器不能核对签名,签名未核对;其余照常核对。",
    "This browser cannot check signatures: the signature was not checked, all else was.",
  ],
  needRecord: ["请先选抽样记录文件。", "Choose a draw record first."],
  badRecord: ["{name} 不是可读的 JSON 文件。", "{name} is not a readable JSON file."],
  badFrame: ["{name}:{why}", "{name}: {why}"],
  commitmentDiffers: [
    "记录里的承诺码与您输入的、事先签字的不同",
    "the record's commitment is not the one you typed, signed before the dice",
  ],
  keyDiffers: ["签名密钥与签字纸上的不同", "the signing key is not the one on the paper"],
  draw: ["抽样 {draw},来源 {source},抽样时间 {at}", "Draw {draw}, source {source}, drawn {at}"],
  drawnLists: ["抽中的户(正选)", "Drawn households (main)"],
  ticketTitle: ["手工核对一户", "Check one household by hand"],
  ticketLead: [
    "把下面这一行(末尾没有换行)交给任何 SHA-256 工具,结果应等于票号;票号最小的户被抽中。",
    "Give this line, without a newline at its end, to any SHA-256 tool: it gives the ticket; the lowest tickets are drawn.",
  ],
  save: ["把本页存成文件(U 盘可用)", "Save this page as a file (works from a USB stick)"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

/** Both languages of one sentence with its places filled. */
export function say(word: Word, places: Record<string, string | number> = {}): [string, string] {
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => String(places[name] ?? ""));
  return [fill(WORDS[word][0]), fill(WORDS[word][1])];
}
