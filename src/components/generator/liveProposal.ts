import { proposedMemory } from '../../model/sizes.ts';
import { need, part } from '../dom.ts';

/**
 * Makes the proposal of a memory limit live: it follows its two questions, which are no fields of the form, and its
 * button fills in the field.
 *
 * @param root the element with the form
 */
export function startProposal(root: HTMLElement): void {
  const box = part(root, 'proposal');
  const [people, videos] = ['people', 'videos'].map((name) =>
    need(box, `#proposal-${name}`, HTMLInputElement),
  ) as [HTMLInputElement, HTMLInputElement];
  const output = need(box, 'output');
  const take = need(box, 'button', HTMLButtonElement);
  const propose = () => {
    const invalid = [people, videos].find(({ validity }) => !validity.valid);
    take.disabled = invalid !== undefined;
    output.textContent =
      invalid?.validationMessage ??
      String(
        proposedMemory({ people: people.valueAsNumber || 0, videos: videos.valueAsNumber || 0 }),
      );
  };
  box.addEventListener('input', (event) => {
    event.stopPropagation();
    propose();
  });
  take.addEventListener('click', () => {
    const field = need(root, '#f-memory', HTMLInputElement);
    field.value = output.textContent;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
  });
  // The reader may have typed while the script was loading.
  propose();
}
