import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { printable } from '../../../text/printable.ts';
import type { ProblemAnswer } from '../../answer/problem-answer.ts';
import { sendPage } from './html-answer.tsx';

/** Answers an error with a page that says what it is, and what to do. The head of the answer is that of the problem. */
export function sendProblemPage(reply: FastifyReply, { status, body }: ProblemAnswer, frontend: string): FastifyReply {
  const title = status === 401 ? 'A token is wanted here' : String(body.title);
  return sendPage(reply, { title, isLive: false, body: <Problem title={title} problem={body} /> }, frontend);
}

function Problem({ title, problem }: { readonly title: string; readonly problem: ProblemAnswer['body'] }): VNode {
  const { status, code, detail, hint } = problem;
  return (
    <>
      <h1>{title}</h1>
      {status === 401 ? <HowToLook /> : <p>{printable(String(detail ?? ''))}</p>}
      {hint !== undefined && <p>{printable(String(hint))}</p>}
      <p class="quiet">
        {String(status)} {String(code)}
      </p>
    </>
  );
}

function HowToLook(): VNode {
  return (
    <>
      <p>
        This frontend answers only requests with a token, which a browser does not send. There are two ways to look.
      </p>
      <ul>
        <li>
          Run one more frontend on the machine of the environment, for its own loopback, and look there:{' '}
          <code>txlog serve --name look --listen 127.0.0.1:8090</code>. From elsewhere, forward that port:{' '}
          <code>ssh -L 8090:127.0.0.1:8090 HOST</code>.
        </li>
        <li>
          Put a proxy before this one that lets people log in, and adds <code>Authorization: Bearer</code>.
        </li>
      </ul>
    </>
  );
}
