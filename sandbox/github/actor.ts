/** Who is acting at the moment, for whatever must say by whom it was done: events, pushes, comments. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Person } from "./model.ts";

export interface Actor extends Person {
  /** Acts with the token of a job, whose deeds start no workflow. */
  job?: object | undefined;
}

const acting = new AsyncLocalStorage<Actor>();

/** Whom a test acts for when it says nothing else: a colleague, who may write everywhere. */
export const somebodyElse: Person = { login: "somebody", id: 583_999 };

/** Runs `act` in the name of `actor`. */
export const actAs = <T>(actor: Actor, act: () => T): T => acting.run(actor, act);

/** Runs what is no deed of the actor: what somebody does who merely hears of it. */
export const actAsNobody = <T>(act: () => T): T => acting.exit(act);

export const currentActor = (): Actor => acting.getStore() ?? somebodyElse;
