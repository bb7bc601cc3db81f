/** How a frontend runs, as its command says. */
export interface ServeOptions {
  /** Directory of the environment. */
  readonly dir: string;
  readonly app?: string;
  /** `HOST:PORT`, or `unix:PATH`. */
  readonly listen: string;
  /** The name of the frontend: of its response queue. */
  readonly name: string;
  /** Decides requests itself, without a queue. */
  readonly isDirect: boolean;
  /** Turns of a worker that run at once in a thread of this process; none when 0. */
  readonly work: number;
  /** Names of the host that it answers to beside those of the loopback. */
  readonly hosts: readonly string[];
  /** When it is told to stop: so long clients may still wait for their outcome, in ms. */
  readonly drainMs: number;
  /** Requests a second that one client may make; undefined of any number. */
  readonly rate?: number;
  /** From so many requests in a queue on, no more are taken for it. */
  readonly queueMax?: number;
  /** Takes over dumps of other environments. */
  readonly takesDumps?: boolean;
  /** Serves a page for people; the default is that it does. */
  readonly hasPage?: boolean;
  /** Logs nothing. */
  readonly isQuiet?: boolean;
  /** The file that says which tokens are taken; without it, nobody is asked who they are. */
  readonly auth?: string;
  /** Listens beyond the loopback though anyone may ask. */
  readonly isInsecure: boolean;
}
