import type { Route } from '../route/route.ts';
import { healthRoute, metricsRoute, readyRoute } from './operations.ts';
import { outcomeRoute } from './request-outcome.ts';
import { submitRoute } from './submit-request.ts';

/** All operations of a frontend, in the order of their document. */
export const routes: readonly Route[] = [submitRoute, outcomeRoute, healthRoute, readyRoute, metricsRoute];
