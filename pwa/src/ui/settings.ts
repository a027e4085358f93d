/** Language and text size: kept beside the records, because they are needed before anything is opened. */
import { signal } from "@preact/signals";
import { lang, loadEnglish, type Lang } from "./words.ts";

export type TextSize = "normal" | "large" | "larger" | "huge";
export const SIZES: TextSize[] = ["normal", "large", "larger", "huge"];

export const textSize = signal<TextSize>("normal");

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage refused: the setting then lasts until the page closes
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // as above
  }
}

function show(): void {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.size = textSize.value;
}

/** Take up the settings of last time; English only if its words can be had. */
export async function startSettings(): Promise<void> {
  const size = read("ruhu-size") as TextSize | null;
  if (size && SIZES.includes(size)) textSize.value = size;
  show();
  if (read("ruhu-lang") === "en") await chooseLang("en");
}

/** Switch the language; stays as it is when the words of the other one cannot be had now. */
export async function chooseLang(next: Lang): Promise<void> {
  try {
    if (next === "en") await loadEnglish();
  } catch {
    return;
  }
  lang.value = next;
  write("ruhu-lang", next);
  show();
}

export function chooseSize(next: TextSize): void {
  textSize.value = next;
  write("ruhu-size", next);
  show();
}
