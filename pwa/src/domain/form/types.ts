/**
 * The compiled questionnaire: one JSON, made by the server from an XLSForm and never changed once
 * published. Phone and server read the same rules from it and must come to the same verdicts, so
 * rules are data (expression trees), not code.
 *
 * - A **page** (section) is a top-level item of kind `group`; see `pages()` in ./index.
 * - Items outside the pages (`hidden`, `calculate`, `start`, `end`, `audit`) are never shown.
 * - A **pointer** names one answer inside `answers`, as a JSON Pointer: `/income/inc_wage`, and inside
 *   a repeat, rows counted from 0: `/close/issues/0/issue_text`. Problems on the wire write it as
 *   `#/answers/income/inc_wage`.
 * - **Answers** are nested by group as in the XForm; every leaf is a string; blank = key absent;
 *   `select_multiple` is space-separated; geopoint is `lat lon alt accuracy`; an image is its
 *   photo_id; a repeat is an array of objects and starts with no entry.
 */

export type Lang = "zh" | "en";

/** A text in both languages. Parts that are expressions are filled in when shown (`textOf`). */
export interface Text {
  zh: Template;
  en: Template;
}
export type Template = string | TemplatePart[];
export type TemplatePart = string | { value: Expr };

/**
 * An expression tree. A bare string or number is a literal. Everything else is `[name, ...operands]`:
 * `["ref", "income/inc_wage"]` is the answer at that place (`["ref", path, n]`: the first n repeats on
 * the way are the ones we stand in; without n every row of a repeat counts), `["."]` is the answer
 * being checked, `["+", a, b]`, `["and", a, b]`, `["neg", a]`, `["selected", a, b]`, `["if", c, a, b]` …
 * `["where", path, n, condition]`: as ref, but only the rows of its repeat in which the condition holds (it stands in
 * each row; `["outer", tree]` inside it stands where the whole expression does). `["rows", list, column, condition]`:
 * that column of the list's or table's rows in which the condition holds; `["col", name]` inside it reads the row.
 */
export type Expr = string | number | ExprNode;
export type ExprNode = [string, ...Expr[]];

export type ItemKind =
  | "group" | "repeat" | "note"
  | "text" | "integer" | "decimal" | "date" | "time"
  | "select_one" | "select_multiple" | "rank" | "range" | "acknowledge"
  | "geopoint" | "image" | "audio"
  | "calculate" | "hidden" | "start" | "end" | "today" | "audit";

/** One row of the questionnaire; which fields are present depends on its kind. */
export interface Item {
  kind: ItemKind;
  name: string;
  label?: Text;
  hint?: Text;
  /** Longer guidance for the one who asks, folded away until wanted (`guidance_hint`). */
  guidance?: Text;
  /** Absent: optional. `true`: always. A tree: when it holds. Only asked of relevant items. */
  required?: true | Expr;
  /** Shown when it holds; absent: always. A group's relevance covers all that is in it. */
  relevant?: Expr;
  /** Must hold for a non-blank answer. */
  constraint?: Expr;
  /** What to say when the constraint does not hold. */
  message?: Text;
  /** `calculate`: its rule. The result is written into the answers, by the phone and again by the server. */
  calculation?: Expr;
  readonly?: true;
  /** The value that a new form (or a new row of a repeat) starts with. */
  default?: string;
  /** What to say when a required answer is missing; absent: our own words. */
  needed?: Text;
  /** select_one, select_multiple, rank: key into `form.choices`. A rank holds all of them, space-separated, best first. */
  list?: string;
  /** select_*: only choices for which it holds are offered; `["col", name]` reads a choice's column. */
  filter?: Expr;
  /** select_*, rank: the offered choices stand in an order drawn from this seed; an answer of the form keeps it. */
  shuffle?: Expr;
  /** hidden: the seed; a whole number that `start` draws once and the record keeps. */
  seed?: true;
  /** range: from where to where in which steps (start below end, step above 0); `whole`: the answer is an integer. */
  range?: { start: number; end: number; step: number; whole?: true };
  /** repeat: how many rows there are (at most 200). No row is added or removed by hand. Absent: by hand. */
  count?: Expr;
  /**
   * Space-separated words of XLSForm: `signature` (an image drawn with the finger), `multiline`, `minimal`, `likert`,
   * `columns` `columns-2` … `columns-pack`, `numbers`, `quick`, `field-list` (a group on one page, as all are here).
   */
  appearance?: string;
  /** image: longest edge in pixels after shrinking; absent means 1600. */
  max_pixels?: number;
  /** group, repeat: what is in it. */
  items?: Item[];
}

export interface Choice {
  value: string;
  label: Text;
  /** Further columns of the choices sheet (or of the CSV file), for `filter` and for lookups. */
  columns?: Record<string, string>;
}

/** A CSV file that rules look things up in (`pulldata`, `instance()`): rows of text under their columns. */
export interface Table {
  columns: string[];
  rows: string[][];
}

/**
 * What is already known. `from` lists places in the source (`sample.sample_id`, `household.size`,
 * `clock.today`); the first that is not blank is taken. For a select the value may be the choice's
 * value, its Chinese label, or a key of `map`; otherwise nothing is filled.
 */
export interface Prefill {
  to: string;
  from: string[];
  /** true: shown at the question as 登记: …, and filled in as the answer to be confirmed or changed. */
  show: boolean;
  map?: Record<string, string>;
}

export interface Form {
  /** Version of this format. */
  format: 1;
  id: string;
  version: string;
  title: Text;
  /** What its record is on the wire (contract, `kind`); absent: an interview at a sampled household. */
  kind?: "visit_log" | "record" | "look_back";
  items: Item[];
  /** Lists of the choices sheet, and of the CSV files that questions choose from. */
  choices: Record<string, Choice[]>;
  /** CSV files that are only looked up in. */
  tables?: Record<string, Table>;
  /** Pointers (without rows) of all rules in the order in which they must be computed. */
  order: string[];
  prefill: Prefill[];
  /** Rules for the inspector, shown as help: `section` is a page's name, or absent for the whole form. */
  help: { section?: string; text: Text }[];
}

export type Answer = string | Answers | Answers[];
export interface Answers {
  [name: string]: Answer;
}

/** Parts of the phone's knowledge that a prefill may read; `clock.today` and `clock.in_30_days` come from `When`. */
export type SourcePart = "sample" | "household" | "account" | "round" | "place" | "issue";

/** What `start` reads: sample and household as in the package; for records of other kinds, what is at hand. */
export type PrefillSource = { [part in SourcePart]?: Record<string, unknown> };

/** The clock is an argument: the local day (`2026-11-24`) and the instant (RFC 3339) of filling in. */
export interface When {
  today: string;
  now: string;
}

export type ProblemCode = "required" | "type" | "choice" | "constraint";

/** Something wrong with one answer; `zh`/`en` are ready to be shown at the question. */
export interface FormProblem {
  pointer: string;
  code: ProblemCode;
  zh: string;
  en: string;
}

/** The form as it stands with these answers: pure result of `compute`, replaced after every change. */
export interface FormState {
  readonly form: Form;
  /** The answers it was computed from, with every calculation written in. Nothing is pruned. */
  readonly answers: Answers;
  readonly when: When;
  /** Is this item (or group, repeat, row) to be shown? */
  isRelevant(pointer: string): boolean;
  /** After `change`: pointers of all whose value, relevance, words, choices or checks may differ from before. */
  readonly touched: ReadonlySet<string>;
  /** The answer or calculated value; blank is "". */
  value(pointer: string): string;
}

/** An item at its place in the form with these answers. */
export interface Placed {
  item: Item;
  /** `/close/issues/0/issue_text` */
  pointer: string;
  /** For items inside a repeat: the repeat's name and the row, from 0. */
  repeat?: { name: string; row: number };
}
