// The SQL editor: CodeMirror, loaded when first needed. It lives in a shadow root, where its styles
// are constructed style sheets, which the strict content security policy allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql, StandardSQL } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** tier → table → columns. */
export type Catalogue = Record<string, Record<string, string[]>>;

export interface Editor {
  text(): string;
  setText(text: string): void;
  insert(text: string): void;
  focus(): void;
  setCatalogue(catalogue: Catalogue): void;
  /** Marks the place of an error, both from 1, and goes there, unless `quietly`; null clears it. */
  mark(place: { line: number; column: number; message: string } | null, quietly?: boolean): void;
  /** Begins at this line, from 1. */
  goTo(line: number): void;
  destroy(): void;
}

// The colours are the page's own, by name, so that both themes follow.
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-content': { caretColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent) !important',
  },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--edge)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--fail)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--fail)' },
});
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--stream)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--bronze)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--muted)' },
]);

/** `label`: what it holds. Only SQL is coloured and completed. */
export function makeEditor(
  host: HTMLElement,
  text: string,
  onRun: () => void,
  onChange: () => void,
  { label = 'SQL', isSql = true } = {},
): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const language = new Compartment();
  const dialect = (schema: Catalogue) => (isSql ? sql({ dialect: StandardSQL, schema, upperCaseKeywords: true }) : []);
  const run = () => {
    onRun();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        syntaxHighlighting(colours),
        // Tab is not taken: it leaves the editor, as everywhere on the page.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        language.of(dialect({})),
        EditorView.lineWrapping,
        // The text is what takes the focus and scrolls: said in the way that checkers of access look for.
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
        look,
      ],
    }),
  });
  const replace = (from: number, to: number, insert: string) =>
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
  return {
    text: () => view.state.doc.toString(),
    setText: (next) => replace(0, view.state.doc.length, next),
    insert: (piece) => {
      const { from, to } = view.state.selection.main;
      replace(from, to, piece);
      view.focus();
    },
    focus: () => view.focus(),
    setCatalogue: (catalogue) => view.dispatch({ effects: language.reconfigure(dialect(catalogue)) }),
    goTo: (number) => {
      const { from } = view.state.doc.line(Math.min(number, view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'start' }) });
    },
    mark: (place, quietly) => {
      if (!place) return view.dispatch(setDiagnostics(view.state, []));
      const line = view.state.doc.line(Math.min(place.line, view.state.doc.lines));
      const from = Math.min(line.from + place.column - 1, line.to);
      const word = /^\w+/.exec(view.state.sliceDoc(from, line.to))?.[0].length ?? 1;
      const to = Math.min(from + word, view.state.doc.length);
      view.dispatch(
        setDiagnostics(view.state, [{ from: Math.min(from, to), to, severity: 'error', message: place.message }]),
        quietly ? {} : { selection: { anchor: from }, scrollIntoView: true },
      );
    },
    destroy: () => view.destroy(),
  };
}
