import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { classOf } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { httpProblem, type ProblemAnswer, problemOf, problemType } from '../answer/problem-answer.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { pagesBelow } from '../page/parts/page-links.ts';
import { sendProblemPage } from '../page/served/problem-page.tsx';

/** An error of a request, and where its answer goes to. */
export interface FailedRequest {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers an error as a problem document. Bugs go to the log, with their stacks. */
export function sendProblem(
  { log, fail, name, hasPage }: Frontend,
  { error, request, reply }: FailedRequest,
): FastifyReply {
  const problem = problemOf(error);
  request.told.code = problem.body.code;
  if (problem.isBug) log.error({ request: request.id, err: error }, 'bug');
  // The engine takes no work any more: whoever started this process starts another one.
  if (error instanceof TxlogError && ['stopped', 'closed'].includes(classOf(error.code))) fail(error);
  const isPage = request.routeOptions.config.route?.isPage ?? (hasPage && request.url.startsWith(pagesBelow));
  return isPage ? sendProblemPage(withHead(reply, problem), problem, name) : answerProblem(reply, problem);
}

/** Answers a problem. */
export function answerProblem(reply: FastifyReply, problem: ProblemAnswer): FastifyReply {
  return withHead(reply, problem).type(problemType).send(JSON.stringify(problem.body));
}

function withHead(reply: FastifyReply, { status, body, retryAfter }: ProblemAnswer): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  // Source: RFC 6750, 3.
  if (status === 401)
    reply.header('www-authenticate', body.code === 'AUTH_INVALID' ? 'Bearer error="invalid_token"' : 'Bearer');
  // The rest of a body that was not read to its end would be taken for the next request.
  if (!reply.request.raw.complete) reply.header('connection', 'close');
  return reply.code(status);
}

const statusOfParser: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what is no HTTP, as far as anyone hears it, and ends the connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const { status, body } = httpProblem(
    statusOfParser[error.code ?? ''] ?? 400,
    'the request is no HTTP that is taken here',
  );
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${String(body.title)}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
