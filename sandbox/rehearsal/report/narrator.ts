/** Writes down what happens in a rehearsal while it happens. The acts need to do nothing for it. */
import type { Project } from "../../project.ts";
import type { Runner } from "../../runner/index.ts";
import type { JournalEntry, Service } from "../../service.ts";
import type { World } from "../../world.ts";
import type { Act, Check } from "../act.ts";
import { isWrite } from "../evidence.ts";
import { audience, type Piece } from "../screen.ts";
import { listRuns, takeChanged } from "./runs.ts";
import type { ActStory, ServiceName, Story } from "./story.ts";
import { compareWorlds, readWorld } from "./world-texts.ts";

export class Narrator {
  readonly #world: World;
  readonly #story: Story;
  readonly #start = performance.now();
  /** Fingerprints of the runs that have been told, by id. */
  readonly #runs = new Map<number, string>();
  #act: ActStory | undefined;
  #before = new Map<string, string>();
  #logged = 0;
  #bypasses = 0;

  /** Listens from now on, until `finish`. */
  constructor(world: World, engine: readonly string[]) {
    this.#world = world;
    this.#story = {
      begun: new Date().toISOString(),
      seconds: 0,
      engine: [...engine],
      acts: [],
      leftOut: [],
      closing: [],
    };
    const { tailscale, github, aperture } = world;
    this.#watch("Tailscale", tailscale);
    this.#watch("GitHub", github);
    this.#watch("Aperture", aperture);
    audience.add(this.#hear);
  }

  /** From here on all that happens belongs to this act. */
  begin({ title, explanation }: Pick<Act, "title" | "explanation">): void {
    const begun = this.#seconds();
    this.#act = { title, explanation, begun, seconds: 0, events: [], requests: [], changes: [], checks: [] };
    this.#story.acts.push(this.#act);
    this.#before = readWorld(this.#world);
    this.#logged = this.#world.aperture.log.length;
    this.#bypasses = this.#world.runner?.bypasses.length ?? 0;
  }

  /** The act has come to its end, or to an error. */
  end(outcome: { checks: readonly Check[] } | { error: unknown }): void {
    const act = this.#act;
    if (!act) return;
    this.#tellRuns(act, () => true);
    const entries = this.#world.aperture.log.slice(this.#logged);
    if (entries.length > 0) act.events.push({ kind: "gateway", entries: structuredClone(entries) });
    const past = this.#world.runner?.bypasses.slice(this.#bypasses) ?? [];
    if (past.length > 0) act.events.push({ kind: "text", title: "Connections past Aperture", text: describe(past) });
    act.changes = compareWorlds(this.#before, readWorld(this.#world));
    act.seconds = this.#seconds() - act.begun;
    if ("checks" in outcome) act.checks = [...outcome.checks];
    else act.error = outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
    this.#act = undefined;
  }

  leaveOut(title: string, reason: string): void {
    this.#story.leftOut.push({ title, reason });
  }

  /** Each `pulumi` of the project is told when it has ended. */
  listenTo(project: Pick<Project, "pulumi">): void {
    const { pulumi } = project;
    project.pulumi = async (...args) => {
      const start = this.#seconds();
      const run = await pulumi(...args);
      const command = ["pulumi", ...args].join(" ");
      this.#push({ kind: "command", command, ...run, seconds: this.#seconds() - start });
      return run;
    };
  }

  /** @returns the story; nothing is written down any more. */
  finish(closing: readonly Check[]): Story {
    audience.delete(this.#hear);
    this.#story.closing = [...closing];
    this.#story.seconds = this.#seconds();
    return this.#story;
  }

  #hear = (piece: Piece): void => this.#push(piece);

  /** Runs that have ended in the meantime came first. */
  #push(event: ActStory["events"][number]): void {
    if (!this.#act) return;
    this.#tellRuns(this.#act, ({ status }) => status === "completed");
    this.#act.events.push(event);
  }

  #tellRuns(act: ActStory, isWanted: Parameters<typeof takeChanged>[2]): void {
    const runs = takeChanged(listRuns(this.#world), this.#runs, isWanted);
    act.events.push(...runs.map((run) => ({ kind: "run" as const, ...structuredClone(run) })));
  }

  /** Beside whoever looks already. */
  #watch(service: ServiceName, { observer }: Pick<Service, "observer">): void {
    const { afterRequest } = observer;
    observer.afterRequest = (entry) => {
      afterRequest?.(entry);
      this.#act?.requests.push(this.#describe(service, entry));
    };
  }

  #describe(service: ServiceName, entry: JournalEntry): ActStory["requests"][number] {
    const { method, path, operations = [], status, fault } = entry;
    return {
      ...{ at: this.#seconds(), service, method, path, operations, status, isWrite: isWrite(entry) },
      ...(fault === undefined ? {} : { fault }),
    };
  }

  #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }
}

function describe(bypasses: Runner["bypasses"]): string {
  return bypasses.map(({ host, port, step }) => `${host}:${port} in the step ${step}`).join("\n");
}
