/**
 * Groups of runs or jobs of which only one is at work at a time and one more waits: a new one takes the place of the one that
 * waits, and with `cancel-in-progress` also of the one at work.
 * https://docs.github.com/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
 */
interface Member {
  cancel: (reason: string) => void;
}

interface Group {
  atWork: Member | undefined;
  waiting: (Member & { start: (mayStart: boolean) => void }) | undefined;
}

export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /**
   * Waits for the group, whose key ignores case. Resolves to what must be called at the end; undefined when a newer one
   * took the place.
   */
  async enter(
    key: string,
    name: string,
    cancelInProgress: boolean,
    cancel: Member["cancel"],
  ): Promise<{ leave: () => void } | undefined> {
    const id = key.toLowerCase();
    const group = this.#groups.get(id) ?? { atWork: undefined, waiting: undefined };
    this.#groups.set(id, group);
    const reason = `Canceling since a higher priority waiting request for ${name} exists`;
    if (group.waiting) {
      const { waiting } = group;
      group.waiting = undefined;
      waiting.cancel(reason);
      waiting.start(false);
    }
    const member: Member = { cancel };
    if (group.atWork) {
      const started = new Promise<boolean>((start) => {
        group.waiting = { ...member, start };
      });
      if (cancelInProgress) group.atWork.cancel(reason);
      if (!(await started)) return undefined;
    }
    group.atWork = member;
    return { leave: () => this.#leave(id, group) };
  }

  #leave(key: string, group: Group): void {
    const next = group.waiting;
    group.waiting = undefined;
    // Before the next one is told: who comes in between must find the group taken.
    group.atWork = next;
    if (next) next.start(true);
    else this.#groups.delete(key);
  }
}
