import type * as pulumi from "@pulumi/pulumi";

/**
 * The escape hatch of a component: changes what it passes to one child. Either values that replace arguments of the same
 * name, or a function that edits arguments and options in place.
 */
export type Transform<Args extends object> =
  | Partial<Args>
  | ((args: Args, options: pulumi.CustomResourceOptions, name: string) => void);

/** Arguments of a child's constructor after the caller's transform. */
export function applyTransform<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: pulumi.CustomResourceOptions,
): [string, Args, pulumi.CustomResourceOptions] {
  if (typeof transform === "function") {
    transform(args, options, name);
    return [name, args, options];
  }
  return [name, { ...args, ...transform }, options];
}
