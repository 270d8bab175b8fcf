// tus 1.0.0 over HTTP (https://tus.io/protocols/resumable-upload): core and creation. Of our own, for size, checksum and identity
// are known before the first byte, the same identity finds its upload again, and the site's answers tell what the gather may delete.
import { AppError, Problem, RecordingUpload, problemOf, uploadsPath } from '@lubo/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../http/problems.ts';
import type { Gate } from '../http/serve.ts';
import { validate } from '../http/serve.ts';
import type { UploadProgress, Uploads } from './uploads.ts';
import { type Writers, createWriters } from './writers.ts';

const version = '1.0.0';
/** Largest recording in bytes; what really fits, the volumes say. */
export const maxUploadBytes = 2 ** 40;
/** Longest announcement in characters of its header. */
const maxMetadataLength = 8 * 1024;
const partType = 'application/offset+octet-stream';

/** Registers the protocol's operations on `app`. */
export function serveUploads(app: FastifyInstance, gate: Gate, uploads: Uploads): void {
  const writers = createWriters();
  void app.register((scope, _options, done) => {
    // The body is read where it is stored, not before.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.addHook('onRequest', async (_request, reply) => {
      void reply.header('tus-resumable', version).header('cache-control', 'no-store');
    });
    scope.setErrorHandler((error, request, reply) => answerFault(error, request, reply));
    scope.options(uploadsPath, (_request, reply) => reply.headers({ 'tus-version': version, 'tus-extension': 'creation', 'tus-max-size': maxUploadBytes }).code(204).send());
    scope.post(uploadsPath, { onRequest: (request) => admit(gate, request) }, async (request, reply) => {
      const { id: gatherId } = await gate.requireGather(request);
      const progress = await uploads.announce(gatherId, announcedIn(request));
      return withProgress(reply, progress).header('location', `${uploadsPath}/${progress.id}`).code(201).send();
    });
    scope.head(`${uploadsPath}/:id`, { onRequest: (request) => admit(gate, request) }, async (request, reply) => {
      const { id: gatherId } = await gate.requireGather(request);
      return withProgress(reply, await uploads.progress(gatherId, idOf(request))).code(200).send();
    });
    scope.patch(`${uploadsPath}/:id`, { config: { isLong: true }, onRequest: (request) => admit(gate, request) }, (request, reply) => takePart(request, reply, { gate, uploads, writers }));
    done();
  });
}

async function admit(gate: Gate, request: FastifyRequest): Promise<void> {
  await gate.requireGather(request);
  if (request.headers['tus-resumable'] !== version) throw new Refusal(412, 'tus-version', `this site speaks tus ${version}`);
}

type Parts = { gate: Gate; uploads: Uploads; writers: Writers };

async function takePart(request: FastifyRequest, reply: FastifyReply, { gate, uploads, writers }: Parts): Promise<FastifyReply> {
  const { id: gatherId } = await gate.requireGather(request);
  const id = idOf(request);
  if (request.headers['content-type'] !== partType) throw new Refusal(415, 'not-a-part', `the content type of a part is ${partType}`);
  const offset = countIn(request, 'upload-offset');
  const progress = await writers.alone(`${gatherId}/${id}`, request.raw, (content) => uploads.append(gatherId, id, offset, content));
  return withProgress(reply, progress).code(204).send();
}

function withProgress(reply: FastifyReply, { offset, size }: UploadProgress): FastifyReply {
  return reply.headers({ 'upload-offset': offset, 'upload-length': size });
}

function idOf(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (!RecordingUpload.shape.id.safeParse(id).success) throw new AppError('not-found', 'upload-not-found', 'No upload has this identity.');
  return id;
}

/** A whole number of at least 0 in a header. */
function countIn(request: FastifyRequest, name: string): number {
  const text = request.headers[name];
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) throw new Refusal(400, 'malformed-request', `${name} is a number of bytes`);
  return Number(text);
}

function announcedIn(request: FastifyRequest): RecordingUpload {
  const size = countIn(request, 'upload-length');
  if (size > maxUploadBytes) throw new Refusal(413, 'body-too-large', `a recording has ${maxUploadBytes} bytes at most`);
  const metadata = String(request.headers['upload-metadata'] ?? '');
  const encoded = /(?:^|,)\s*recording\s+([A-Za-z0-9+/=]+)\s*(?:,|$)/.exec(metadata.slice(0, maxMetadataLength))?.[1];
  if (encoded === undefined) throw new Refusal(400, 'no-recording', 'upload-metadata tells the recording');
  const { body } = validate({ method: 'POST', path: uploadsPath, access: 'gather', summary: '', body: RecordingUpload }, { params: {}, query: {}, body: jsonIn(encoded) });
  const upload = body as RecordingUpload;
  if (upload.size !== size) throw new Refusal(400, 'size-mismatch', 'upload-length and the size of the recording differ');
  return upload;
}

function jsonIn(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch (cause) {
    throw new Refusal(400, 'malformed-request', 'the recording in upload-metadata is no JSON', { cause });
  }
}

/** What the protocol refuses with a status that no other part of the API knows. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

/** Of tus's checksum extension; of WebDAV. */
const ownStatus: Record<string, number> = { 'checksum-mismatch': 460, 'storage-full': 507 };

function answerFault(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // What is still on its way is of no use.
  if (request.method === 'PATCH') void reply.header('connection', 'close');
  if (error instanceof Refusal) {
    const { status, code, message } = error;
    return sendProblem(reply, Problem.parse({ type: '/problems/invalid', title: 'invalid', status, detail: message, code }));
  }
  if (!(error instanceof AppError)) {
    if (request.raw.destroyed && !request.raw.complete) return reply.code(400).send();
    throw error;
  }
  const problem = problemOf(error);
  return sendProblem(reply, { ...problem, status: ownStatus[error.code] ?? problem.status }, error.retryAfterSeconds);
}
