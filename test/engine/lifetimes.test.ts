/** An engine that is killed ends none of its children itself: each of them ends when its engine is gone. */
import { spawn, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { stage } from "./support.ts";

interface Process {
  pid: number;
  parent: number;
  isZombie: boolean;
  command: string;
}

function processes(): Process[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state = "", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // One that has ended stays in the table until somebody asks for its exit code.
    return pid ? [{ pid: Number(pid), parent: Number(parent), isZombie: state.startsWith("Z"), command }] : [];
  });
}

function descendants(pid: number, all = processes()): Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid, all)]);
}

it("language host, program and all plugins end with an engine that is killed", async () => {
  const { world, project } = await stage();
  const args = ["up", "--yes", "--non-interactive", "--skip-preview"];
  const engine = spawn("pulumi", args, { cwd: project.directory, env: project.environment, stdio: "ignore" });
  const ended = new Promise((resolve) => engine.once("close", resolve));
  // With the first secret all of them are at work.
  const reached = new Promise<void>((resolve) => {
    world.github.faults.choose = ({ method, path }) => {
      if (method !== "PUT" || !path.includes("/secrets/")) return undefined;
      resolve();
      return { kind: "hang" };
    };
  });
  await Promise.race([reached, ended]);
  const children = descendants(engine.pid ?? 0).filter(({ isZombie }) => !isZombie);
  const seen = children.map(({ command }) => command).join("\n");
  for (const part of ["pulumi-language-nodejs", "cmd/run", "resource-tailscale", "resource-github", "start.mjs"]) {
    expect(seen).toContain(part);
  }

  engine.kill("SIGKILL");
  await ended;
  for (;;) {
    const left = processes().filter(({ pid, isZombie }) => !isZombie && children.some((child) => child.pid === pid));
    if (left.length === 0) break;
    await pause(100);
  }
});
