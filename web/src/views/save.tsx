// Saving a draft: the page asks, `hriste watch` writes the file in its user's terminal and applies it.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { failedOf, saveDraft, watching, type Failed, type Saved, type Watching } from '../api';
import { Problem } from './problem';

const LOOK_EVERY_MS = 1000;

interface Props {
  node: string;
  before: string; // the text that was applied when the draft was begun
  text: string;
  isReady: boolean; // there is something to save, and it fits what is applied
}

/** `applies`: how many applies the watch counts before ours; `outcome`: what it said of ours. */
type Written = Saved & { applies: number; outcome?: NonNullable<Watching['watch']> };

export function Save(props: Props) {
  const watch = useSignal<Watching | null>(null);
  const written = useSignal<Written | null>(null);
  const problem = useSignal<Failed | null>(null);
  const isBusy = useSignal(false);
  useWatch(watch);
  useEffect(() => {
    const told = watch.value?.watch;
    if (!written.value || written.value.outcome || !told || told.state === 'applying') return;
    if (told.applies > written.value.applies) written.value = { ...written.value, outcome: told };
  }, [watch.value]);
  const isThere = watch.value?.running ?? false;
  const save = async () => {
    isBusy.value = true;
    problem.value = null;
    const told = watch.value?.watch;
    // The one under way began before this file was written.
    const applies = (told?.applies ?? 0) + (told?.state === 'applying' ? 1 : 0);
    try {
      written.value = { ...(await saveDraft(props.node, props.before, props.text)), applies };
    } catch (error) {
      problem.value = failedOf(error);
    }
    isBusy.value = false;
  };
  return (
    <>
      <div class="tools-row save-row">
        <button disabled={!isThere || !props.isReady || isBusy.value} onClick={() => void save()}>
          {isBusy.value ? 'Saving…' : 'Save and apply'}
        </button>
        <span role="status" aria-label="Saving">
          {isThere || written.value ? (
            <Story watch={watch.value} written={written.value} />
          ) : (
            <span class="muted">
              The daemon writes no files. To save from here, run <code>hriste watch</code> in the playground's folder.
            </span>
          )}
        </span>
      </div>
      {problem.value && <Problem of={problem.value} alert />}
    </>
  );
}

function useWatch(watch: Signal<Watching | null>): void {
  useEffect(() => {
    let gone = false;
    const look = async () => {
      const next = await watching().catch(() => null);
      if (!gone) watch.value = next;
    };
    void look();
    const timer = setInterval(() => document.visibilityState === 'visible' && void look(), LOOK_EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, []);
}

/** What became of the last save, in the watch's words. */
function Story({ watch, written }: { watch: Watching | null; written: Written | null }) {
  const told = watch?.watch;
  const place = written && `${written.file}: +${written.added} −${written.removed}`;
  if (!written) return <span class="muted">{told?.state === 'applying' ? 'hriste watch is applying …' : 'hriste watch is there to write it'}</span>;
  const { outcome } = written;
  if (outcome) {
    return (
      <span class={outcome.succeeded ? 'ok' : 'fail'}>
        {outcome.succeeded ? '✓' : '✕'} {place}; {outcome.said}
      </span>
    );
  }
  if (!watch?.running) return <span class="fail">✕ {place} written; hriste watch is gone, so hriste up applies it</span>;
  return <span class="muted">{place} written; hriste watch applies it …</span>;
}
