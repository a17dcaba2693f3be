/** Pages in a real browser: Chromium, from PATH. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Shot {
  /** The page's text. */
  html: string;
  /** Where the picture goes: a PNG. */
  file: string;
  width: number;
  height: number;
}

/** Takes a picture of the upper part of a page, light. The page is a file: no server is asked. */
export function takePicture({ html, file, width, height }: Shot): void {
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-page-"));
  const page = join(directory, "page.html");
  writeFileSync(page, html);
  try {
    execFileSync(
      "chromium",
      [
        // Its sandbox needs rights that a container lacks; the page is our own, and runs no script.
        ...["--headless", "--no-sandbox", "--hide-scrollbars", `--user-data-dir=${join(directory, "profile")}`],
        ...[`--window-size=${width},${height}`, `--screenshot=${file}`, `file://${page}`],
      ],
      { stdio: "pipe" },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
