import type { App } from '../core/app.ts';
import { outboxTheme, serviceOfTheme } from '../core/parcel.ts';
import { processOfTheme, processTheme } from '../core/process-definition.ts';
import { answerTheme, sagaOfTheme, sagaTheme } from '../core/saga.ts';
import { stepsOf } from '../core/saga-definition.ts';
import type { ServiceDefinition } from '../core/service-definition.ts';
import { slipErrorTheme, slipTheme } from '../core/slip.ts';
import type { TurnKind } from '../sessions/turn-kind.ts';
import { runAnswer } from './answers.ts';
import { runDelivery } from './deliver.ts';
import { runProcess } from './process.ts';
import { lookOutForProcesses } from './process-lookout.ts';
import { runSaga } from './run-saga.ts';
import { runSlip } from './run-slip.ts';

const sagas: TurnKind = {
  handles: (theme, app) => {
    const type = sagaOfTheme(theme);
    return type !== undefined && app.sagas?.[type] !== undefined;
  },
  themes: (app) => Object.keys(app.sagas ?? {}).map(sagaTheme),
  run: runSaga,
};

const answers: TurnKind = {
  handles: (theme, app) => answerThemes(app).includes(theme),
  themes: answerThemes,
  run: runAnswer,
};

const deliveries: TurnKind = {
  handles: (theme, app) => {
    const service = serviceOfTheme(theme);
    return service !== undefined && isReached(app.services?.[service]);
  },
  themes: ({ services = {} }) =>
    Object.keys(services)
      .filter((service) => isReached(services[service]))
      .map(outboxTheme),
  run: runDelivery,
};

/** Messages for one that `txlog send` reaches are not led. */
function isReached(service: ServiceDefinition | undefined): boolean {
  return service !== undefined && !('by' in service);
}

const slips: TurnKind = {
  handles: (theme, app) => theme === slipTheme && takesSlips(app),
  themes: (app) => (takesSlips(app) ? [slipTheme] : []),
  run: runSlip,
};

const processes: TurnKind = {
  handles: (theme, app) => {
    const name = processOfTheme(theme);
    return name !== undefined && app.processes?.[name] !== undefined;
  },
  themes: (app) => Object.keys(app.processes ?? {}).map(processTheme),
  run: runProcess,
  lookOut: lookOutForProcesses,
};

/** All that the engine leads by itself for sagas. */
export const sagaTurnKinds: readonly TurnKind[] = [sagas, answers, deliveries, slips, processes];

function answerThemes({ sagas: defined, themes = {} }: App): readonly string[] {
  const own = Object.keys(themes).filter((theme) => themes[theme]?.answers);
  return defined === undefined ? own : [answerTheme, slipErrorTheme, ...own];
}

function takesSlips({ sagas: defined = {} }: App): boolean {
  return Object.values(defined).some((saga) => stepsOf(saga).some(({ at }) => at !== undefined));
}
