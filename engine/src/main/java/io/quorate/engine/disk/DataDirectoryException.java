package io.quorate.engine.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A data directory cannot be used; the message is one sentence that says why and what to do. Nothing was changed. */
public final class DataDirectoryException extends IOException {

    private static final long serialVersionUID = 1;

    public DataDirectoryException(String message) {
        super(message);
    }

    public DataDirectoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
