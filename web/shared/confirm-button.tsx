import { useEffect, useRef, useState } from 'preact/hooks';

export type ConfirmButtonProps = {
  label: string;
  question: string;
  confirmLabel: string;
  danger?: boolean;
  disabled?: boolean;
  onConfirm: () => void;
};

/** A button that asks first, in a native modal dialog: the browser keeps the focus inside and Escape closes it. */
export function ConfirmButton({ label, question, confirmLabel, danger, disabled, onConfirm }: ConfirmButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const confirm = () => {
    setOpen(false);
    onConfirm();
  };
  return (
    <>
      <button type="button" class="button" disabled={disabled ?? false} onClick={() => setOpen(true)}>
        {label}
      </button>
      <dialog ref={dialog} class="dialog" aria-label={question} onClose={() => setOpen(false)}>
        <p>{question}</p>
        <div class="button-row">
          <button type="button" class="button" onClick={() => setOpen(false)}>
            No, go back
          </button>
          <button
            type="button"
            class={danger === true ? 'button button-danger' : 'button button-primary'}
            onClick={confirm}
          >
            {confirmLabel}
          </button>
        </div>
      </dialog>
    </>
  );
}
