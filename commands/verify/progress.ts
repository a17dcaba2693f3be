/** What is being done, on standard error: a line that changes at a terminal, one line elsewhere. */
import { disarmCommands, escapeUnprintable } from "../../core/messages/printable.ts";

/** Of one run of the command. */
export interface Progress {
  /** What happens now. */
  say(what: string): void;
  /** What happens in the course of minutes: a line of its own where there is no terminal. */
  step(what: string): void;
  /** What people have to know afterwards: it stays. */
  note(line: string): void;
  /** Before anything else is printed. */
  end(): void;
}

export function startProgress(stream: { isTTY?: boolean; write(text: string): unknown }, first: string): Progress {
  // Names of jobs and addresses are others'.
  const line = (text: string) => stream.write(`${disarmCommands(escapeUnprintable(text))}\n`);
  if (!stream.isTTY) {
    line(first);
    return { say() {}, step: line, note: line, end() {} };
  }
  let shown = first;
  const show = (text: string) => stream.write(`\r\u001b[K${text}`);
  const say = (what: string) => {
    shown = escapeUnprintable(`${first} ${what}`);
    show(shown);
  };
  show(first);
  return {
    say,
    step: say,
    note(text) {
      show("");
      line(text);
      show(shown);
    },
    end: () => show(""),
  };
}
