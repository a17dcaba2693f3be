import { message, type Section } from "./entry.ts";

export const noEngine = message({
  says: "There is no Pulumi engine here, none can be downloaded, and Go, which could build one, is not on PATH. Do one of:",
  advice:
    "\n  - install Pulumi 3.230 or newer: https://www.pulumi.com/docs/install/" +
    "\n  - install Go 1.26 or newer: https://go.dev/doc/install" +
    "\n  - allow downloads (HTTPS_PROXY is honoured), and try again",
  cause: "Go is missing",
  fix: "as it says",
});

export const noForcedEngine = message({
  says: "CLAUDE_APERTURE_ENGINE={kind}, but there is no {kind} engine; the lines above say why.",
  cause: "the variable forces one of `installed`, `downloaded`, `built`",
  fix: "unset it",
});

export const damagedEngine = message({
  says: "The engine in the cache is damaged: {reason}",
  advice:
    "\n  It is in {home}\n  Delete the cache, and run again; the engine is then fetched or built anew: rm -rf {cache}",
  cause: "an interrupted copy, a full disk, or a cleaner that deleted a part of the folder",
  fix: "delete the folder that the message names; `CLAUDE_APERTURE_CACHE` names another",
});

export const notDownloaded = message({
  says: "Pulumi cannot be downloaded here: {reason}",
  cause: "no access to Pulumi's download; the engine is built from Go modules once, in about six minutes",
  fix: "wait; `CLAUDE_APERTURE_CACHE` names the folder that keeps it",
});

export const buildFailed = message({
  says: "go build of {part} failed in {folder}:",
  advice: "\n{output}\n  Install Go 1.26 or newer, or Pulumi 3.230 or newer; the modules come from GOPROXY.",
  cause: "Go is too old, or cannot download modules",
  fix: "install Go 1.26 or newer, or Pulumi 3.230 or newer",
});

export const noGo = message({
  says: "{part} is built from Go, and Go is not on PATH.",
  advice: "\n  Install Go 1.26 or newer: https://go.dev/doc/install",
  cause: "workflows run, in a tailnet of Tailscale's own programs, with programs that are built from Go once",
  fix: "install Go 1.26 or newer; `npm run rehearse` leaves out the acts that need them",
});

export const sandbox: Section = {
  title: "Rehearsal and sandbox",
  entries: [notDownloaded, noEngine, buildFailed, noGo, noForcedEngine, damagedEngine],
};
