/** What was read from within the tailnet, of Aperture itself. */
import type { Fact } from "./facts.ts";

export type Inside =
  | { kind: "outside"; reason: string }
  | {
      kind: "inside";
      /** Without a slash at its end. */
      url: string;
      /** Addresses that its name stands for here; absent where a proxy looks it up, or the URL was given. */
      addresses?: Fact<readonly string[]>;
      /** What `/api/providers` answered, or else `/v1/models`. */
      answer: ApertureAnswer;
      configuration: Fact<ApertureConfiguration | "no admin">;
      log: Fact<readonly LoggedRequest[] | "a page">;
    };

export type ApertureAnswer =
  | { kind: "no name" | "no connection" | "no answer"; said: string }
  | { kind: "no role"; said: string }
  | { kind: "failed"; status: number }
  | { kind: "not Aperture"; status: number }
  /** Providers with what they serve to this machine; undefined: the models alone are told, without providers. */
  | { kind: "served"; providers?: readonly ServingProvider[]; models: readonly string[] };

export interface ServingProvider {
  /** The first segment of patterns. */
  key: string;
  models: readonly string[];
}

/** As far as checks ask for it. */
export interface ApertureConfiguration {
  providers: readonly (ServingProvider & { baseUrl: string; passesKeysOn: boolean })[];
  grants: readonly { src: readonly string[]; isAdmin: boolean; models: readonly string[] }[];
}

/** A request for an answer of a model. */
export interface LoggedRequest {
  /** By which Aperture knows the caller: of a tagged device its tags, joined by commas. */
  login: string;
  /** What the client says of itself; absent where it does not. */
  run?: string;
  model?: string;
  status: number;
  /** In milliseconds since 1970; absent where it is not said. */
  time?: number;
}
