/**
 * Words that the first screen does not need: helpers' visits, records of field work, reading and moving, the
 * preview, the rarer controls. They travel with the parts of the app that say them.
 */
import { lang } from "./words.ts";

const roles = {
  // a helper's day
  dueTitle: (n: number) => (n === 0 ? "眼下没有到期的走访" : `有 ${n} 户该走访了`),
  dueOver: (n: number) => `超期 ${n} 天`,
  dueNow: "今天到期",
  dueIn: (n: number) => `还有 ${n} 天`,
  dueNever: "还没走访过",
  visitedOn: (day: string) => `上次走访 ${day}`,
  everyDays: (n: number) => `每 ${n} 天至少走访一次;约了更早的日子,就按约的算。`,
  helpedAll: "我结对的户",
  helpedHousehold: "结对户",
  noHelped: "名册里还没有您结对的户",
  noHelpedWhy: "有网时点“立即同步”再看。名册上的帮扶责任人要对得上您的账号;对不上,请找县区扶贫办。",
  startLog: "开始走访",
  nobodyMet: "没见到人",
  logsBefore: "走访记录",
  noLogs: "还没有走访记录",
  metFamily: "见到家人",
  nextHelped: (name: string) => `下一户:${name}`,
  helpedDone: "下次走访",

  // field work of a team
  fieldTitle: "新记一份",
  fieldWhat: "做什么",
  mReport: "听取汇报",
  mDocs: "查阅资料",
  mTalk: "座谈交流",
  mLookBack: "回头看复核",
  fieldWhere: "在哪里",
  wholeCounty: (name: string) => `${name}(全县)`,
  fieldBegin: "开始填",
  lookBackHere: "回头看:复核这一户的老问题",
  recordDrafts: "填了一半的记录",
  kind_interview: "入户问卷",
  kind_outcome: "入户结果",
  noFormFor: "手机里还没有这种问卷。有网时点“立即同步”。",
  leave: "先退出",
  sealRecord: "保存这份记录",
  savedRecord: (what: string, photos: number) =>
    photos > 0 ? `${what}和 ${photos} 张照片已写进这部手机,关机、断电都不会丢。` : `${what}已写进这部手机,关机、断电都不会丢。`,

  // reading what was filled in
  readIt: "看填写内容",
  readTitle: "填写内容",
  readOnly: "只能看,不能改。填错了就另存一份更正,原来这份仍保留。",
  correct: "更正这一份",
  correctWhy: "会另存一份新的记录,答案先照抄过来,改好后保存。原记录保留,以后一份为准。",
  correctBegin: "开始更正",
  correctGone: "这一份的内容或照片已不在这部手机里,请找市级督查人员处理。",
  corrected: "这一份已更正,以后一份为准。",
  readNewer: "看更正后的",
  correcting: (why: string) => `更正:${why}。原记录保留。`,
  readGone: "这一份的内容或它那一版问卷不在这部手机里。有网时同步后再看。",
  photoElsewhere: "照片不在这部手机里",

  // a draft and a newer version of its questionnaire
  olderVersion: "这份草稿用的是旧版问卷,照旧填完、上传都算数。",
  moveOffer: "市里允许改用新版",
  moveTitle: "改用新版问卷",
  moveWhy: (from: string, to: string) => `从 ${from} 版改到 ${to} 版。请先看清不同,改过去就不能改回来。`,
  moveAdded: "新加的题",
  moveRemoved: "不再问的题,已填的不会上传",
  moveChanged: "换了问法或选项的题,请重看",
  moveLost: "已填的答案不合新题,要重填",
  moveSame: "题目没有不同。",
  moveDo: "看过了,改用新版",
  moveNot: "还用旧版",

  // the office's preview
  previewBar: "预览 · 什么都不保存",
  previewEnd: "预览到头了",
  previewEndWhy: (version: string) => `${version} 版问卷能填到底、能保存。预览里的答案没有存下,也不会上传。`,
  previewAgain: "从头再看",
  previewFault: "问卷取不来,请从问卷页重新打开预览。",

  // controls
  pickOne: "请选一项",
  guidance: "详细说明",
  rankUp: (label: string) => `把“${label}”往前移`,
  rankDown: (label: string) => `把“${label}”往后移`,
  rankKeep: "就是这个次序",
  rankNow: (n: number) => `第 ${n}`,
  rangeNone: "还没有选",
  rangePick: (n: string) => `选 ${n}`,
  record: "录音",
  recordAgain: "重录",
  soundTooBig: "录音太大,没有存。请录短一些。",
  soundKept: (size: string) => `录音已存 ${size}`,
};

export type RoleWords = {
  [K in keyof typeof roles]: (typeof roles)[K] extends (...args: infer A) => string ? (...args: A) => string : string;
};

let english: RoleWords | null = null;

/** The English ones have come. */
export function learnEnglish(words: RoleWords): void {
  english = words;
}

/** The words of the chosen language. */
export function r(): RoleWords {
  return lang.value === "en" && english ? english : roles;
}
