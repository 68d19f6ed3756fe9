export type StepperProps = { label: string; quantity: number; canAdd: boolean; onChange: (quantity: number) => void };

/** Plus and minus around a number that is read out when it changes. */
export function QuantityStepper({ label, quantity, canAdd, onChange }: StepperProps) {
  return (
    <div class="stepper" role="group" aria-label={label}>
      <button
        type="button"
        class="button"
        aria-label="One less"
        disabled={quantity === 0}
        onClick={() => onChange(quantity - 1)}
      >
        −
      </button>
      <output class="stepper-value" aria-live="polite">
        {quantity}
      </output>
      <button
        type="button"
        class="button"
        aria-label="One more"
        disabled={!canAdd}
        onClick={() => onChange(quantity + 1)}
      >
        +
      </button>
    </div>
  );
}
