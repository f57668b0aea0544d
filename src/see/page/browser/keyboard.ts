import { byId } from './dom.ts';
import { clearFilters } from './filters.ts';
import { focusList, openAt, pageOfRows, step } from './list.ts';
import { go, place } from './place.ts';
import { closeDetail, focusWaterfall, fold, isInTrace, openSpan, pageOfSpans, stepSpan } from './trace.ts';

const help = byId('help', HTMLDialogElement);
const search = byId('search', HTMLInputElement);

export const showHelp = (): void => help.showModal();

/** The keys of the page. Letters do nothing while somebody types. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (isTyping(event.target) ? typed(event.key) : pressed(event.key)) event.preventDefault();
  });
}

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLInputElement ? target.type !== 'checkbox' : target instanceof HTMLSelectElement;

/** In the search field: Enter and the arrow go to the list, Esc empties it, then leaves. */
function typed(key: string): boolean {
  if (document.activeElement !== search) return key === 'Escape' && leave();
  if (key === 'Enter' || key === 'ArrowDown') {
    focusList();
    step(0);
    return true;
  }
  return key === 'Escape' && (clearFilters() || leave());
}

function leave(): boolean {
  focusList();
  return true;
}

function pressed(key: string): boolean {
  if (key === '?') return done(showHelp);
  if (place().view !== 'traces') return key === 'Escape' && done(() => go({}));
  const inTrace = isInTrace(document.activeElement);
  const onGrid = document.activeElement?.getAttribute('aria-rowcount') !== null && document.activeElement !== document.body;
  const move = inTrace ? stepSpan : step;
  const page = inTrace ? pageOfSpans : pageOfRows;
  switch (key) {
    case '/': return done(() => {
      search.focus();
      search.select();
    });
    case 'j': return done(() => move(1));
    case 'k': return done(() => move(-1));
    case 'Escape': return escape();
    case 'Enter': return onGrid || document.activeElement === document.body ? done(() => enter(inTrace)) : false;
    default:
  }
  if (!onGrid) return false;
  switch (key) {
    case 'ArrowDown': return done(() => move(1));
    case 'ArrowUp': return done(() => move(-1));
    case 'PageDown': return done(() => move(page()));
    case 'PageUp': return done(() => move(-page()));
    case 'Home': return done(() => move(-Infinity));
    case 'End': return done(() => move(Infinity));
    case 'ArrowLeft': return inTrace && done(() => fold(true));
    case 'ArrowRight': return inTrace && done(() => fold(false));
    default: return false;
  }
}

function done(act: () => void): true {
  act();
  return true;
}

function enter(inTrace: boolean): void {
  if (inTrace) return openSpan();
  openAt();
  focusWaterfall();
}

/** One step back: details, trace, filter. */
function escape(): boolean {
  if (closeDetail()) return true;
  if (place().trace === '') return clearFilters();
  go({});
  focusList();
  return true;
}
