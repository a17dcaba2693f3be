/** What an administrator does in Aperture's dashboard. */
import * as aperture from "../aperture/index.ts";
import { command, file, word } from "./command.ts";

const saved = "Aperture's configuration is saved.";

export const apertureCommands = [
  command({
    name: "aperture show",
    does: "shows Aperture's configuration, without the providers' keys",
    example: "aperture show",
    takes: {},
    perform: ({ aperture: { state } }) => aperture.hideKeys(state.configuration).trimEnd(),
  }),
  command({
    name: "aperture configuration",
    does: "replaces the whole configuration by this one",
    example: "aperture configuration aperture.hujson",
    takes: { text: file("FILE") },
    perform({ aperture: { state } }, { text }) {
      const reading = aperture.readConfiguration(text);
      if (reading.kind === "invalid") throw new Error(["Aperture refuses it:", ...reading.problems].join("\n  "));
      aperture.saveConfiguration(state, text);
      return `Replaced the whole configuration. ${saved}`;
    },
  }),
  command({
    name: "aperture open-to-all",
    does: "makes everybody admin, with every model, as on a gateway's first day",
    example: "aperture open-to-all",
    takes: {},
    perform({ aperture: { state } }) {
      aperture.openToAll(state);
      return `Everybody is admin and may use every model. ${saved}`;
    },
  }),
  command({
    name: "aperture pass-keys-on",
    does: "lets the callers' own keys go to the providers",
    example: "aperture pass-keys-on",
    takes: {},
    perform({ aperture: { state } }) {
      aperture.passKeysThrough(state);
      return `Callers' keys go to the providers. ${saved}`;
    },
  }),
  command({
    name: "aperture end-address-in-v1",
    does: "gives the providers an address that ends in /v1",
    example: "aperture end-address-in-v1",
    takes: {},
    perform({ aperture: { state } }) {
      aperture.endBaseUrlInV1(state);
      return `The providers' address ends in /v1. ${saved}`;
    },
  }),
  command({
    name: "aperture rename-provider",
    does: "gives a provider another name, with which patterns of models begin",
    example: "aperture rename-provider anthropic claude",
    takes: { from: word("NAME"), to: word("NEW-NAME") },
    perform({ aperture: { state } }, given) {
      aperture.renameProvider(state, given.from, given.to);
      return `${given.from} is ${given.to} now. ${saved}`;
    },
  }),
];
