/** The running stack's settings. */
import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import { parseSettings, type Settings } from "../core/settings/settings.ts";

/** Tells of what will probably disappoint. @throws SettingsError */
export function readSettings(): Settings {
  const { settings, warnings } = parseSettings({
    config: pulumi.runtime.allConfig(),
    isSecret: isEncrypted,
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    environment: process.env,
  });
  for (const { path, message } of warnings) pulumi.log.warn(`${path}: ${message}`);
  return settings;
}

/** Whether a key of the configuration is a secret. The SDK knows, and has no public way to ask; without it none is suspected. */
function isEncrypted(key: string): boolean {
  return (runtimeConfig as { isConfigSecret?: (key: string) => boolean }).isConfigSecret?.(key) ?? true;
}
