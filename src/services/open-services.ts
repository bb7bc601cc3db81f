import { dirname, isAbsolute, resolve } from 'node:path';
import type { App } from '../core/app/app.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import type { Services } from '../ports/services.ts';
import { DirectoryService, type ServiceEnvironment } from './directory-service.ts';
import { PipeService } from './pipe-service.ts';

/** How environments of services are reached. */
export interface ServiceDoor {
  open(dir: string, options: { readonly app?: string }): Promise<ServiceEnvironment>;
  /** Loads the module of an app. */
  load(module: string): Promise<unknown>;
}

type NamedApp = App & { readonly source: string };

/** The services that an app names. Each is reached when it is first needed. `source` is the file of the app. */
export function servicesOf(app: NamedApp, { open, load }: ServiceDoor): Services {
  const reached = new Map<string, DirectoryService | PipeService>();
  let isClosed = false;
  const reach = (name: string) => {
    if (isClosed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
    const known = reached.get(name);
    if (known) return known;
    const service = serviceOf(app, name, open);
    reached.set(name, service);
    return service;
  };
  return {
    async submit(name, request) {
      const service = reach(name);
      if (service instanceof DirectoryService) return service.submit(request);
      throw notFound(`requests cannot be decided at ${name}, which is reached through a pipe`);
    },
    async deliver(name, parcels) {
      return reach(name).deliver(parcels);
    },
    async prepare() {
      await Promise.all(modulesOf(app).map((module) => load(module).catch(ifShort)));
    },
    async close() {
      isClosed = true;
      await Promise.all([...reached.values()].map((service) => service.close()));
      reached.clear();
    },
  };
}

/** Files of the apps of services. */
function modulesOf(app: NamedApp): readonly string[] {
  const base = baseOf(app);
  return Object.values(app.services ?? {}).flatMap((service) =>
    'env' in service && service.app !== undefined ? [resolve(base, service.app)] : [],
  );
}

/** A module that is not there, or is wrong, is told when its service is used: it may be mended until then. */
function ifShort(error: unknown): void {
  if (error instanceof TxlogError && error.code === 'CODE_NOT_LOADED') throw error;
}

function baseOf({ source }: NamedApp): string {
  return isAbsolute(source) ? dirname(source) : process.cwd();
}

function serviceOf(app: NamedApp, name: string, open: ServiceDoor['open']): DirectoryService | PipeService {
  const definition = app.services?.[name];
  if (!definition) throw notFound(`the app names no service ${name}`);
  const base = baseOf(app);
  if ('command' in definition) return new PipeService(name, definition.command, { cwd: base });
  if ('by' in definition) throw new TxlogError('SERVICE_FAILED', `service ${name}: its messages wait for txlog send`);
  const { env, app: module } = definition;
  const dir = resolve(base, env);
  return new DirectoryService(async () => {
    try {
      return await open(dir, given({ app: ifGiven(module, (module) => resolve(base, module)) }));
    } catch (cause) {
      throw new TxlogError('SERVICE_FAILED', `service ${name}: ${(cause as Error).message}`, {
        cause,
        next: [`txlog doctor --env ${dir}`],
      });
    }
  });
}

function notFound(message: string): TxlogError {
  return new TxlogError('SERVICE_NOT_FOUND', message, { hint: 'defineApp({ services: { NAME: { env: DIR } } })' });
}
