/**
 * The little Markdown that form authors use in labels, hints and notes: **strong**, *emphasis*, headings, lists,
 * links as their words, line breaks. It becomes elements, never HTML: what an answer brings into a label stays text.
 */
import { Fragment, type ComponentChildren } from "preact";

export interface Run {
  text: string;
  strong?: true;
  emphasis?: true;
}

export type Block = { kind: "text" | "heading" | "bullet" | "numbered"; runs: Run[] };

/** `**` and `__` anywhere; a single `*` or `_` only at the edge of a word, so that 人数*天数*单价 stays as it is. */
const INLINE = /\\([\\*_#[\]()])|\*\*(\S(?:[^*]*\S)?)\*\*|__(\S(?:[^_]*\S)?)__|(^|[\s(“"])([*_])(\S(?:[^*_]*\S)?)\5(?=$|[\s)”",.。,;:!?])|\[([^\]]+)\]\([^)\s]*\)/g;

function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  const add = (run: Run) => {
    const last = runs[runs.length - 1];
    if (last && !run.strong && !run.emphasis && !last.strong && !last.emphasis) last.text += run.text;
    else if (run.text) runs.push(run);
  };
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    add({ text: text.slice(at, match.index) });
    at = match.index + match[0].length;
    const [, escaped, stars, lines, before, , soft, link] = match;
    if (escaped !== undefined) add({ text: escaped });
    else if (stars ?? lines) add({ text: (stars ?? lines) as string, strong: true });
    else if (soft !== undefined) {
      add({ text: before ?? "" });
      add({ text: soft, emphasis: true });
    }
    else add({ text: link ?? "" });
  }
  add({ text: text.slice(at) });
  return runs;
}

/** A text as blocks of runs. */
export function parse(text: string): Block[] {
  return text.split(/\r?\n/).map((line): Block => {
    const heading = /^#{1,6}\s+(.+)$/.exec(line);
    if (heading) return { kind: "heading", runs: runsOf(heading[1] as string) };
    const bullet = /^\s*[-*]\s+(.+)$/.exec(line);
    if (bullet) return { kind: "bullet", runs: runsOf(bullet[1] as string) };
    const numbered = /^\s*\d{1,3}[.、]\s+(.+)$/.exec(line);
    if (numbered) return { kind: "numbered", runs: runsOf(numbered[1] as string) };
    return { kind: "text", runs: runsOf(line) };
  });
}

/** The words alone, for names of controls. */
export function plain(text: string): string {
  return parse(text)
    .map((block) => block.runs.map((run) => run.text).join(""))
    .join(" ");
}

function Runs(props: { runs: Run[] }) {
  return (
    <>
      {props.runs.map((run, i) =>
        run.strong ? <strong key={i}>{run.text}</strong> : run.emphasis ? <em key={i}>{run.text}</em> : <Fragment key={i}>{run.text}</Fragment>,
      )}
    </>
  );
}

/** The text as elements that may stand inside a paragraph or a legend. */
export function Marked(props: { text: string }) {
  const blocks = parse(props.text);
  const drawn: ComponentChildren[] = [];
  let number = 0;
  blocks.forEach((block, i) => {
    number = block.kind === "numbered" ? number + 1 : 0;
    const mark = block.kind === "bullet" ? "• " : block.kind === "numbered" ? `${number}. ` : "";
    if (i > 0) drawn.push(<br key={"b" + i} />);
    drawn.push(
      <Fragment key={i}>
        {mark}
        {block.kind === "heading" ? (
          <strong class="big">
            <Runs runs={block.runs} />
          </strong>
        ) : (
          <Runs runs={block.runs} />
        )}
      </Fragment>,
    );
  });
  return <>{drawn}</>;
}
