import type { LoadedApp } from '../core/app/app.ts';
import type { Effects } from '../ports/effects.ts';
import type { Services } from '../ports/services.ts';
import type { ServiceDoor } from '../services/open-services.ts';

/** Makes the adapters through which an environment acts outside. Their code loads on first use: a `submit` needs none. */
export function lazyAdapters(
  app: LoadedApp,
  door: ServiceDoor,
): { readonly effects: Effects; readonly services: Services } {
  const effects = async () => (await import('../effects/system-effects.ts')).systemEffects();
  let services: Promise<Services> | undefined;
  const reach = () => {
    services ??= import('../services/open-services.ts').then(({ servicesOf }) => servicesOf(app, door));
    return services;
  };
  return {
    effects: {
      http: async (call, context) => (await effects()).http(call, context),
      command: async (call, context) => (await effects()).command(call, context),
      run: async (run, context) => (await effects()).run(run, context),
    },
    services: {
      submit: async (service, request) => (await reach()).submit(service, request),
      deliver: async (service, parcels) => (await reach()).deliver(service, parcels),
      prepare: async () => {
        if (app.services !== undefined) await (await reach()).prepare();
      },
      close: async () => {
        await (await services)?.close();
      },
    },
  };
}
