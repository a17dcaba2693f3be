import * as pulumi from "@pulumi/pulumi";
import { ActionsSecret, type ActionsSecretArgs } from "./providers.ts";

/**
 * A repository secret that is written again after somebody changed it by hand, as `pulumi preview --refresh` shows.
 *
 * The provider has no part in it: its read takes the new date as `remoteUpdatedAt`, and its plan then asks whether that
 * attribute changes, which it never does (terraform-provider-github 6.13, `diffSecret`). So where a refresh found another date
 * than that of our last write, one more resource writes the same secret. It is the next one to be watched, it goes without
 * touching the secret, and it is gone once the value itself changes.
 */
export function createActionsSecret(
  name: string,
  args: ActionsSecretArgs,
  options: pulumi.CustomResourceOptions,
): ActionsSecret {
  const secret = new ActionsSecret(name, args, options);
  restoreIfEdited({ secret, name, args, options }, 1);
  return secret;
}

interface Written {
  secret: ActionsSecret;
  name: string;
  args: ActionsSecretArgs;
  options: pulumi.CustomResourceOptions;
}

/** `attempt`: the number of the resource that would restore it, from 1. */
function restoreIfEdited({ secret, name, args, options }: Written, attempt: number): void {
  pulumi.all([secret.updatedAt, secret.remoteUpdatedAt]).apply(([written, live]) => {
    if (!written || !live || written === live) return;
    const restored = new ActionsSecret(`${name}-restored-${attempt}`, args, {
      ...options,
      dependsOn: secret,
      retainOnDelete: true,
    });
    restoreIfEdited({ secret: restored, name, args, options }, attempt + 1);
  });
}
