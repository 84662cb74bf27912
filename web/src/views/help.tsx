// The list of keys, as a modal dialog.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { helpShown } from '../keys';
import { PAGES } from '../route';

const OTHERS: [string[], string][] = [
  [['Space'], 'freeze the clock, or let it run'],
  [['/'], 'search or filter on this page'],
  [['Ctrl', 'K'], 'go to a page, node or run by its name'],
  [['←', '↑', '↓', '→'], 'walk the map, or the cells of a result'],
  [['Enter'], "open a node's details"],
  [['Esc'], 'close'],
  [['Ctrl', 'Enter'], 'run the query'],
  [['?'], 'this list'],
];

export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = () => (helpShown.value = false);
  return (
    <dialog ref={dialog} class="panel help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {PAGES.map((page) => (
          <Key key={page.id} keys={['g', page.key]} does={page.title} />
        ))}
        {OTHERS.map(([keys, does]) => (
          <Key key={does} keys={keys} does={does} />
        ))}
      </dl>
      <button class="primary" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

function Key({ keys, does }: { keys: string[]; does: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}
