import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { readServeFlags, serveFlags } from '../src/cli/serve/serve-flags.ts';
import { runUntilTold } from '../src/cli/serve/until-told.ts';

export default class Serve extends BaseCommand {
  static override summary = 'Run a frontend: it takes requests over HTTP, and answers with their receipts.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'It puts each request into the queue of its type, and answers when a worker has decided it; with --direct it ' +
      'decides it itself. Any number of frontends and workers can run at once, each frontend under a name of its ' +
      'own. It runs until it is stopped. Ctrl-C or SIGTERM drains it: it takes no new connection, answers what it ' +
      'has, and ends. A second signal ends it now. It logs to stderr, a line of JSON for each event.',
    [0, 66, 74, 77, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --direct --listen 127.0.0.1:8080',
    '<%= config.bin %> serve --name web-1 --listen unix:web-1.sock --work 8 --app ./txlog.app.ts',
  ];
  static override flags = { ...appFlag, ...serveFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const options = { dir: flags.env, ...readServeFlags(flags), ...this.appOptions() };
    // First as any other command: it says why the environment cannot be used.
    await this.withEnv({}, async () => undefined);
    const { startServer } = await import('../src/http/start-server.ts');
    this.exitWith(await runUntilTold(() => startServer(options)));
  }
}
