package io.quorate.kv;

/** Raises an alarm or disarms it (the changing half of etcd's {@code AlarmRequest}). */
public record AlarmChange(Action action, Alarm alarm) implements Command {

    public enum Action implements Numbered {
        ACTIVATE(0),
        DEACTIVATE(1);

        private final int number;

        Action(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }
}
