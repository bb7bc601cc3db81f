import type { App } from '../core/app/app.ts';
import { outboxTheme, serviceOfTheme } from '../core/app/parcel.ts';
import { processOfTheme, processTheme } from '../core/app/process-definition.ts';
import { slipErrorTheme, slipTheme } from '../core/app/routing-slip.ts';
import { answerTheme, sagaOfTheme, sagaTheme } from '../core/app/saga.ts';
import { stepsOf } from '../core/app/saga-definition.ts';
import type { ServiceDefinition } from '../core/app/service-definition.ts';
import type { TurnKind } from '../sessions/worker/turn-kind.ts';
import { runAnswer } from './messages/answers.ts';
import { runDelivery } from './messages/outbox-delivery.ts';
import { pollProcesses } from './process/process-poller.ts';
import { runProcess } from './process/run-process.ts';
import { runSaga } from './saga/run-saga.ts';
import { runSlip } from './slip/run-slip.ts';

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
  wakeupPoller: pollProcesses,
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
