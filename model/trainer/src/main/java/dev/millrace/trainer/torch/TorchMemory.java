package dev.millrace.trainer.torch;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Pointer;

/** Returns libtorch's freed memory, and explains its errors if a device has too little memory. */
public final class TorchMemory {

  /**
   * The texts of libtorch's allocators for GPUs and for the CPU. The binding for Java has no
   * exception of its own for them.
   */
  private static final Pattern LACK =
      Pattern.compile("out of memory|can't allocate memory|not enough memory");

  private TorchMemory() {}

  /**
   * Returns all freed native memory of this process to the system. The launcher makes glibc keep
   * this memory, because the next step of a training uses it again. Does nothing without glibc.
   */
  public static void release() {
    var unused = Pointer.trimMemory();
  }

  /**
   * {@return the result of a computation}
   *
   * @param computation the computation
   * @throws TrainingException if libtorch cannot allocate memory; the message says what to do
   */
  public static <T> T explained(Supplier<T> computation) {
    try {
      return computation.get();
    } catch (RuntimeException e) {
      if (e.getClass() == RuntimeException.class
          && e.getMessage() != null
          && LACK.matcher(e.getMessage()).find()) {
        throw new TrainingException(
            "the device has too little memory ("
                + e.getMessage().lines().findFirst().orElseThrow().strip()
                + "); take fewer images per batch, or smaller images",
            e,
            Setting.BATCH_SIZE,
            Setting.SIZE);
      }
      throw e;
    }
  }
}
