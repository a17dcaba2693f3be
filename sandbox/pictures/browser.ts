/** Pages in a real browser: Chromium, from PATH, spoken to by its DevTools protocol. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

export interface Shot {
  /** The page's text. */
  html: string;
  /** Where the picture goes: a PNG. */
  file: string;
  width: number;
  height: number;
}

/** Takes a picture of the upper part of a page, light. The page is a file: no server is asked. */
export async function takePicture({ html, file, width, height }: Shot): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-page-"));
  const page = join(directory, "page.html");
  writeFileSync(page, html);
  // Its sandbox needs rights that a container lacks; the page is our own, and runs no script.
  const flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-port=0"];
  const profile = `--user-data-dir=${join(directory, "profile")}`;
  const browser = spawn("chromium", [...flags, profile, `file://${page}`], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    const call = await connect(browser);
    // The switch --screenshot leaves the lower edge white: its window is larger than what is drawn.
    await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
    const loaded =
      "new Promise((resolve) => document.readyState === 'complete' ? resolve() : addEventListener('load', resolve))";
    await call("Runtime.evaluate", { expression: loaded, awaitPromise: true });
    const { data } = await call("Page.captureScreenshot", { format: "png" });
    writeFileSync(file, Buffer.from(String(data), "base64"));
  } finally {
    if (browser.kill()) await once(browser, "close");
    rmSync(directory, { recursive: true, force: true });
  }
}

type Call = (method: string, params: object) => Promise<Record<string, unknown>>;

/** To the page that the browser was started with. */
async function connect(browser: ChildProcess): Promise<Call> {
  const origin = await readAddress(browser);
  let url: string | undefined;
  while (url === undefined) {
    const targets = (await (await fetch(`${origin}/json`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
    url = targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl;
    if (url === undefined) await setTimeout(50);
  }
  const socket = new WebSocket(url);
  await once(socket, "open");
  let last = 0;
  return async (method, params) => {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [{ data }] = (await once(socket, "message")) as [MessageEvent];
      const answer = JSON.parse(String(data));
      if (answer.id !== id) continue;
      if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
      return answer.result;
    }
  };
}

/** `DevTools listening on ws://127.0.0.1:PORT/...` */
async function readAddress({ stderr }: ChildProcess): Promise<string> {
  let said = "";
  for await (const piece of stderr ?? []) {
    said += String(piece);
    const [, host] = /listening on ws:\/\/([^/]+)\//.exec(said) ?? [];
    if (host) return `http://${host}`;
  }
  throw new Error(`chromium ended:\n${said}`);
}
