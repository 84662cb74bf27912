// A text of the playground while it is being changed: checked as it is written, tried against the
// tables that are there, compared with what is applied. The draft is this browser's own (drafts.ts).
import { signal, useComputed, useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { check, failedOf, preview, type Failed, type MapNode, type Part, type Text } from '../api';
import { download } from '../cells';
import { draftOf, dropDraft, fileOf, keepDraft } from '../drafts';
import type { Editor, makeEditor } from '../editor';
import * as format from '../format';
import { count, difference, shortened } from '../lines';
import { overview } from '../live';
import { edit, go, page } from '../route';
import { Grid } from './grid';
import { Problem } from './problem';
import { Save } from './save';
import { EditorBox, loadTables, placeOf } from './sql';

const CHECK_AFTER_MS = 400;

type Tried =
  | { kind: 'nothing' }
  | { kind: 'running' }
  | { kind: 'parts'; parts: Part[]; seconds: number; of: string }
  | { kind: 'error'; failed: Failed };

/** What is known of the text that is being edited. */
interface Work {
  node: MapNode;
  before: Signal<string>; // what was applied when the draft was begun
  text: Signal<string>;
  wrong: Signal<Failed | null>; // what the check says
  tried: Signal<Tried>;
  isKept: Signal<boolean>; // whether the browser had room for the draft
}

const shown = signal<'changes' | 'preview'>('changes');
const close = () => go(page.value);

/** Opens the editor on a node's text; nothing where it has none. `what`: the part that is meant. */
export function EditButton({ id, line, what }: { id: string; line?: number; what?: string }) {
  const isThere = useComputed(() => overview.value?.nodes.some((n) => n.id === id && n.source));
  if (!isThere.value) return null;
  return (
    <button class="edit-button" aria-label={what ? `Edit ${what}` : undefined} onClick={() => edit(id, line)}>
      Edit{!what && draftOf(id) ? ' the draft' : ''}
    </button>
  );
}

export function Edit({ id, line }: { id: string; line?: number | undefined }) {
  const node = overview.value!.nodes.find((n) => n.id === id);
  if (node?.source) return <Editing node={node} line={line} />;
  return (
    <section class="panel edit-gone">
      <p>
        <code>{id}</code> has no text that can be edited, or is there no more.
      </p>
      <button onClick={close}>Close</button>
    </section>
  );
}

/** The draft that was left here, or the text as it is applied. */
function useWork(node: MapNode): Work {
  const applied = node.source!.text;
  const left = draftOf(node.id);
  const draft = left && left.text !== applied ? left : { before: applied, text: applied };
  return {
    node,
    before: useSignal(draft.before),
    text: useSignal(draft.text),
    wrong: useSignal<Failed | null>(null),
    tried: useSignal<Tried>({ kind: 'nothing' }),
    isKept: useSignal(true),
  };
}

function asked({ node, text }: Work): Text {
  const job = node.kind === 'hriste_stream_job' ? node.id.slice('hriste_stream_job.'.length) : undefined;
  return { file: fileOf(node), text: text.value, job };
}

function Editing({ node, line }: { node: MapNode; line: number | undefined }) {
  const work = useWork(node);
  const editor = useRef<Editor | null>(null);
  const trying = useRef<AbortController | null>(null);
  const applied = node.source!.text;
  const isChanged = work.text.value !== applied;
  const isOvertaken = isChanged && work.before.value !== applied;
  useKept(work, applied, editor);
  useChecks(work, editor);
  useEffect(() => () => trying.current?.abort(), []);
  const run = () => {
    trying.current?.abort();
    trying.current = new AbortController();
    void tryOut(work, trying.current.signal);
  };
  const discard = () => {
    dropDraft(node.id);
    work.before.value = applied;
    editor.current?.setText(applied);
    work.tried.value = { kind: 'nothing' };
  };
  return (
    <div class="edit">
      <div class="block-head">
        <h1>{node.label}</h1>
        <span class="muted">{fileOf(node)}</span>
        <button class="edit-close" onClick={close}>
          Close
        </button>
      </div>
      {isOvertaken && (
        <p class="failure" role="alert">
          It was applied anew since this draft was begun. Copy what you need of the draft, discard it, and begin on the text as it is now.
        </p>
      )}
      {!work.isKept.value && <p class="failure">This browser has no room for the draft: it goes with this page.</p>}
      <div class="edit-body">
        <section class="panel edit-text" aria-label="Text">
          <TextBox work={work} editor={editor} run={run} line={line} />
          <div class="tools-row">
            <button class="primary" onClick={run} title="Ctrl+Enter">
              Preview
            </button>
            <Copy text={work.text} />
            <button onClick={() => download(fileOf(node).split('/').at(-1)!, 'text/plain', work.text.value)}>Download</button>
            <button disabled={!isChanged} onClick={discard}>
              Discard
            </button>
            <Verdict wrong={work.wrong.value} isChanged={isChanged} />
          </div>
          <Save node={node.id} before={work.before.value} text={work.text.value} isReady={isChanged && !isOvertaken} />
        </section>
        <section class="panel edit-answer" aria-label="Answer">
          {work.wrong.value && <Problem of={work.wrong.value} />}
          <div class="tabs" role="tablist" aria-label="What it changes">
            <Tab name="changes" title="Changes" />
            <Tab name="preview" title="Preview" />
          </div>
          <div id="edit-tab" role="tabpanel" aria-labelledby={`edit-tab-${shown.value}`} class="edit-shown">
            {shown.value === 'changes' ? (
              <Changes before={work.before.value} text={work.text.value} />
            ) : (
              <Outcome tried={work.tried.value} text={work.text.value} />
            )}
          </div>
        </section>
      </div>
    </div>
  );
}

/** The draft is kept as long as it differs from what is applied; without one, the text follows. */
function useKept(work: Work, applied: string, editor: { current: Editor | null }): void {
  const { node, before, text, isKept } = work;
  useEffect(() => {
    if (text.value === before.value && text.value !== applied) {
      before.value = applied;
      text.value = applied;
      editor.current?.setText(applied);
    } else if (text.value === applied) {
      before.value = applied;
    }
  }, [applied]);
  useEffect(() => {
    if (text.value !== applied) isKept.value = keepDraft(node.id, { before: before.value, text: text.value });
    else dropDraft(node.id);
  }, [text.value, before.value, applied]);
}

/** Asks what is wrong once the writer pauses; a newer text ends the question about an older one. */
function useChecks(work: Work, editor: { current: Editor | null }): void {
  useEffect(() => {
    const own = new AbortController();
    const timer = setTimeout(() => {
      check(asked(work), own.signal).then(
        (wrong) => !own.signal.aborted && (work.wrong.value = wrong),
        (error: unknown) => !own.signal.aborted && (work.wrong.value = failedOf(error)),
      );
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      own.abort();
    };
  }, [work.text.value]);
  useEffect(() => {
    editor.current?.mark(work.wrong.value ? placeOf(work.wrong.value) : null, true);
  }, [work.wrong.value]);
}

async function tryOut(work: Work, stop: AbortSignal): Promise<void> {
  shown.value = 'preview';
  work.tried.value = { kind: 'running' };
  const of = work.text.value;
  try {
    const { parts, seconds } = await preview(asked(work), stop);
    if (!stop.aborted) work.tried.value = { kind: 'parts', parts, seconds, of };
  } catch (error) {
    if (!stop.aborted) work.tried.value = { kind: 'error', failed: failedOf(error) };
  }
}

interface BoxProps {
  work: Work;
  editor: { current: Editor | null };
  run: () => void;
  line: number | undefined;
}

function TextBox({ work, editor, run, line }: BoxProps) {
  const isSql = !/\.(md|py)$/.test(fileOf(work.node));
  // The editor knows one kind of line end; the file keeps its own.
  const ends = work.before.value.includes('\r\n') ? '\r\n' : '\n';
  useEffect(() => {
    if (isSql) void loadTables();
  }, []);
  const make = (makeOne: typeof makeEditor, host: HTMLElement) => {
    const changed = () => (work.text.value = made.text().replaceAll('\n', ends));
    const made = makeOne(host, work.text.value, run, changed, { label: `Text of ${work.node.label}`, isSql });
    if (line) made.goTo(line);
    return made;
  };
  return <EditorBox editor={editor} make={make} />;
}

function Copy({ text }: { text: Signal<string> }) {
  const copied = useSignal('');
  return (
    <button onClick={() => void navigator.clipboard?.writeText(text.value).then(() => (copied.value = text.value))}>
      {copied.value && copied.value === text.value ? 'Copied' : 'Copy'}
    </button>
  );
}

function Verdict({ wrong, isChanged }: { wrong: Failed | null; isChanged: boolean }) {
  return (
    <span class={wrong ? 'fail' : 'muted'} role="status">
      {wrong ? '✕ would be refused' : isChanged ? '✓ a draft in this browser' : 'as applied'}
    </span>
  );
}

function Tab({ name, title }: { name: 'changes' | 'preview'; title: string }) {
  return (
    <button
      role="tab"
      id={`edit-tab-${name}`}
      aria-selected={shown.value === name}
      aria-controls="edit-tab"
      onClick={() => (shown.value = name)}
    >
      {title}
    </button>
  );
}

/** Against the text as it is applied. */
function Changes({ before, text }: { before: string; text: string }) {
  if (before === text) return <p class="empty">Nothing is changed. What you write is compared with the text that is applied.</p>;
  const lines = difference(before, text);
  return (
    <>
      <p class="muted">
        +{count(lines, '+')} −{count(lines, '−')} lines
      </p>
      <pre class="scroll diff" tabIndex={0} role="region" aria-label="Changed lines">
        {shortened(lines).map((line, i) => (
          <span key={i} class={line === null ? 'skipped' : { '+': 'added', '−': 'removed', ' ': '' }[line.sign]}>
            {line === null ? '⋯' : `${line.sign} ${line.text}`}
            {'\n'}
          </span>
        ))}
      </pre>
    </>
  );
}

function Outcome({ tried, text }: { tried: Tried; text: string }) {
  if (tried.kind === 'running') return <p class="empty">trying …</p>;
  if (tried.kind === 'error') return <Problem of={tried.failed} alert />;
  if (tried.kind === 'nothing') {
    return (
      <p class="empty">
        <kbd>Ctrl</kbd> <kbd>Enter</kbd> shows what the text would give, and how it differs from what is there. Nothing is changed.
      </p>
    );
  }
  return (
    <>
      {tried.of !== text && <p class="warn">▲ of an earlier text: Ctrl+Enter tries this one</p>}
      {tried.parts.map((part, i) => (
        <PartView key={i} part={part} />
      ))}
      <p class="muted">{format.seconds(tried.seconds)}; nothing was changed</p>
    </>
  );
}

function PartView({ part }: { part: Part }) {
  return (
    <section class="part">
      {part.name && (
        <h2>
          {part.name} {headOf(part)}
        </h2>
      )}
      {part.expectations.map((rule) => (
        <p key={rule.name} class={rule.failed ? 'fail' : 'ok'}>
          {rule.failed === 0
            ? `✓ ${rule.name}: holds for all rows`
            : `✕ ${rule.name}: ${format.group(rule.failed)} ${rule.failed === 1 ? 'row fails' : 'rows fail'} it (${rule.action})`}
        </p>
      ))}
      {part.problem && <Problem of={{ message: part.problem, card: part.card }} alert />}
      {part.columns.length > 0 && (
        <div class="nb-grid" style={{ height: `${Math.min(part.rows.length, 12) * 26 + 46}px` }}>
          <Grid columns={part.columns} rows={part.rows} label={`Rows of ${part.name}`} />
        </div>
      )}
    </section>
  );
}

/** "300 rows · +12 −3 ~40 rows · column +total BIGINT", as `hriste preview` says it. */
function headOf({ row_count, quarantined, difference: found }: Part): string {
  const words: string[] = [];
  if (row_count >= 0) words.push(row_count === 1 ? '1 row' : `${format.group(row_count)} rows`);
  if (quarantined > 0) words.push(`${format.group(quarantined)} in quarantine`);
  if (found) {
    const signs = ([['+', found.added], ['−', found.removed], ['~', found.changed]] as const).filter(([, n]) => n > 0);
    words.push(signs.length ? `${signs.map(([sign, n]) => sign + format.group(n)).join(' ')} rows` : 'no row differs');
    for (const column of found.columns) words.push(`column ${column}`);
  }
  return words.join(' · ');
}
