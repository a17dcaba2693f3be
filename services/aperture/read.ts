/** What Aperture says to a machine of the tailnet: whom it serves what, its configuration and its log. Nothing costs a token. */
import { z } from "zod";
import type { ApertureAnswer, ApertureConfiguration, LoggedRequest } from "../../core/checks/inside-facts.ts";
import { isPage } from "../answer.ts";
import type { Runtime } from "../tailscale/runtime.ts";
import { ask, type Outcome } from "./ask.ts";
import { nameOf, readConfiguration } from "./configuration.ts";

type Client = Pick<Runtime, "fetch">;

const providersAnswer = z.array(z.looseObject({ id: z.string(), models: z.array(z.unknown()).nullish() }));
const modelsAnswer = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** `/api/providers`, and `/v1/models` where the first is not served. */
export async function readLists(client: Client, url: string): Promise<ApertureAnswer> {
  const outcome = await ask(client, url, "/api/providers");
  if (outcome.kind !== "answered") return outcome;
  const providers = parse(providersAnswer, outcome);
  if (providers) {
    const found = providers.map(({ id, models }) => ({ key: id, models: (models ?? []).flatMap(nameOf) }));
    return { kind: "served", providers: found, models: found.flatMap(({ models }) => models) };
  }
  if (outcome.status === 404 || outcome.status === 405) {
    const other = await ask(client, url, "/v1/models");
    if (other.kind !== "answered") return other;
    const models = parse(modelsAnswer, other);
    if (models) return { kind: "served", models: models.data.map(({ id }) => id) };
    return explain(other);
  }
  return explain(outcome);
}

function explain({ status, body }: Outcome & { kind: "answered" }): ApertureAnswer {
  if ((status === 401 || status === 403) && !isPage(body)) return { kind: "no role", said: body };
  return status >= 500 ? { kind: "failed", status } : { kind: "not Aperture", status };
}

/** Undefined for who is no admin. @throws where something else answers. */
export async function readOwnConfiguration(client: Client, url: string): Promise<ApertureConfiguration | undefined> {
  const outcome = await ask(client, url, "/aperture/config");
  if (outcome.kind !== "answered") throw new Error(outcome.said);
  // The page of a proxy may be a 403 as well.
  if (outcome.status === 403 && !isPage(outcome.body)) return undefined;
  if (outcome.status !== 200) throw new Error(`/aperture/config answered ${outcome.status}`);
  try {
    return readConfiguration(outcome.body);
  } catch {
    throw new Error("/aperture/config is not the documented answer");
  }
}

const logAnswer = z.array(
  z.looseObject({
    login: z.string(),
    run: z.string().optional(),
    model: z.string().optional(),
    status: z.number(),
    time: z.string().optional(),
  }),
);

/** Requests for answers; undefined where the log is a page for people alone. @throws where nothing of the kind is there. */
export async function readLog(client: Client, url: string): Promise<LoggedRequest[] | undefined> {
  const outcome = await ask(client, url, "/admin/");
  if (outcome.kind !== "answered") throw new Error(outcome.said);
  const entries = parse(logAnswer, outcome);
  if (!entries && outcome.status !== 200) throw new Error(`/admin/ answered ${outcome.status}`);
  return entries?.map(({ login, run, model, status, time = "" }) => ({
    login,
    status,
    ...(run ? { run } : {}),
    ...(model ? { model } : {}),
    ...(Number.isNaN(Date.parse(time)) ? {} : { time: Date.parse(time) }),
  }));
}

function parse<T>(shape: z.ZodType<T>, { status, body }: Outcome & { kind: "answered" }): T | undefined {
  if (status !== 200) return undefined;
  try {
    return shape.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
