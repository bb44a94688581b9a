package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.ModelSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A version's open sessions, one for each device. All sessions are closed together, even if one of
 * them fails to close. One thread adds the sessions; after that, they are only read.
 */
final class Sessions {

  private final Map<Device, ModelSession> ofDevices = new LinkedHashMap<>();

  /** Takes over an open session. */
  void add(Device device, ModelSession session) {
    ofDevices.put(device, session);
  }

  ModelSession on(Device device) {
    return ofDevices.get(device);
  }

  /**
   * Closes every session, once.
   *
   * @return the first failure to close, with the other failures as suppressed exceptions; empty if
   *     all sessions are closed
   */
  Optional<Throwable> close() {
    Throwable failure = null;
    for (ModelSession session : ofDevices.values()) {
      try {
        session.close();
      } catch (Throwable e) {
        if (failure == null) {
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
    }
    return Optional.ofNullable(failure);
  }
}
