import type { ServedRoute } from '../route/route.ts';
import { liveRoute } from './served/live-positions.ts';
import { fileRoutes } from './served/page-files.ts';
import { logPage } from './views/log-view.tsx';
import { openPage, positionPage } from './views/open-name.ts';
import { overviewPage } from './views/overview-view.tsx';
import { namedQueuePage, queuesPage } from './views/queues-view.tsx';
import { namedSessionPage, sessionsPage } from './views/session-view.tsx';
import { namedStatePage } from './views/state-view.tsx';
import { statesPage } from './views/states-view.tsx';
import { stuckPage } from './views/stuck-view.tsx';
import { namedTransactionPage, transactionsPage } from './views/transaction-view.tsx';

/** The pages for people. They are no part of the contract: their paths and their content may change. */
export const pageRoutes: readonly ServedRoute[] = [
  overviewPage,
  queuesPage,
  namedQueuePage,
  stuckPage,
  logPage,
  transactionsPage,
  namedTransactionPage,
  sessionsPage,
  namedSessionPage,
  statesPage,
  namedStatePage,
  openPage,
  positionPage,
  liveRoute,
  ...fileRoutes,
];
