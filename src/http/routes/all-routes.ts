import { openApiRoute } from '../contract/openapi-route.ts';
import type { Route } from '../route/route.ts';
import { viewRoute, viewsRoute } from './app-views.ts';
import { cursorRoute, exportRoute, importRoute } from './exchange-dumps.ts';
import { completeIdRoute, idsRoute } from './id-views.ts';
import { keyRoute, positionRoute, sessionRoute, treeRoute } from './inspect-views.ts';
import { downloadRoute, uploadRoute } from './keep-attachments.ts';
import { logStreamRoute } from './log-stream.ts';
import { logRoute, transactionRoute } from './log-views.ts';
import { healthRoute, metricsRoute, readyRoute } from './operations.ts';
import { workOutcomeRoute } from './outcome-of-work.ts';
import { outcomeRoute } from './request-outcome.ts';
import { uploadRoutes } from './resume-uploads.ts';
import { headRoute, statusRoute } from './standing-views.ts';
import { historyRoute, stateRoute, statesRoute } from './state-views.ts';
import { submitRoute } from './submit-request.ts';

const own: readonly Route[] = [
  submitRoute,
  outcomeRoute,
  stateRoute,
  statesRoute,
  historyRoute,
  viewsRoute,
  viewRoute,
  logRoute,
  logStreamRoute,
  headRoute,
  transactionRoute,
  positionRoute,
  keyRoute,
  sessionRoute,
  treeRoute,
  idsRoute,
  completeIdRoute,
  workOutcomeRoute,
  statusRoute,
  uploadRoute,
  downloadRoute,
  ...uploadRoutes,
  exportRoute,
  importRoute,
  cursorRoute,
  healthRoute,
  readyRoute,
  metricsRoute,
];

/** All operations of a frontend, in the order of their document. */
export const routes: readonly Route[] = [...own, openApiRoute(own)];
