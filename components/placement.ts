import type * as pulumi from "@pulumi/pulumi";

/** Where resources belong that are a component's children in one program, and stand by themselves in another. */
export interface Placement {
  parent?: pulumi.ComponentResource;
  /** What goes before them. A component waits for its own, and its children wait for it. */
  dependsOn?: pulumi.Resource;
  /** Names that they had before, each as what comes before the rest of a name. Children of a component have those of its aliases. */
  formerly?: readonly string[];
}

/** The options of the one whose name ends in `suffix`. */
export function placeChild({ parent, dependsOn, formerly = [] }: Placement, suffix: string): PlacedOptions {
  return {
    ...(parent ? { parent } : {}),
    ...(dependsOn ? { dependsOn } : {}),
    ...(formerly.length > 0 ? { aliases: formerly.map((name) => ({ name: `${name}${suffix}` })) } : {}),
  };
}

type PlacedOptions = Pick<pulumi.CustomResourceOptions, "parent" | "dependsOn" | "aliases">;
