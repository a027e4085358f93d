/** The marks that stand beside the state words; drawn here so that no font has to know them. */

/** 已存手机: a disk in its case. */
export function DiskMark() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <rect x="1" y="1" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.6" />
      <rect x="5" y="5" width="6" height="6" fill="currentColor" />
    </svg>
  );
}

/** 已收到: the double tick. */
export function TicksMark() {
  return (
    <svg viewBox="0 0 20 16" aria-hidden="true" focusable="false">
      <path
        d="M1 9l4 5L13 2M8 12l2 2L18 2"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** 有问题: an exclamation mark in a triangle. */
export function ProblemMark() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d="M8 1.5l7 13H1z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" />
      <path d="M8 6v4" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
      <circle cx="8" cy="12.3" r="1" fill="currentColor" />
    </svg>
  );
}

/** Back: an arrow to the left. */
export function BackMark() {
  return (
    <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" focusable="false">
      <path d="M10 2L4 8l6 6" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export type ChipTone = "todo" | "saved" | "received" | "problem" | "quiet";

/** A state word with its mark; colour never stands alone. */
export function Chip(props: { tone: ChipTone; children: string; testid?: string }) {
  const { tone } = props;
  return (
    <span class={"chip " + tone} data-testid={props.testid}>
      {tone === "saved" ? <DiskMark /> : tone === "received" ? <TicksMark /> : tone === "problem" ? <ProblemMark /> : null}
      <span>{props.children}</span>
    </span>
  );
}
