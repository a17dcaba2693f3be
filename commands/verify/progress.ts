/** What is being done, on standard error: a line that changes at a terminal, one line elsewhere. */
export interface Progress {
  /** What happens now. */
  say(what: string): void;
  /** Before anything else is printed. */
  end(): void;
}

export function startProgress(stream: { isTTY?: boolean; write(text: string): unknown }, first: string): Progress {
  if (!stream.isTTY) {
    stream.write(`${first}\n`);
    return { say() {}, end() {} };
  }
  const show = (text: string) => stream.write(`\r\u001b[K${text}`);
  show(first);
  return { say: (what) => show(`${first} ${what}`), end: () => show("") };
}
