package dev.millrace.trainer.torch;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.TrainingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch;

/** What of libtorch is on this machine. */
final class TorchLibrary {

  /** Where Linux tells of a core, and of its caches if the processor does. */
  private static final Path CORE = Path.of("/sys/devices/system/cpu/cpu0");

  // oneDNN divides by the number of cores that share a cache, which is zero where a virtual machine
  // hides its caches, and the process is gone (SIGFPE in est_eff_1x1). Its code for AVX does not.
  static {
    if (System.getProperty("os.arch").equals("amd64") && hidesCaches(CORE)) {
      torch.set_env("ONEDNN_MAX_CPU_ISA", "AVX", false);
    }
  }

  private TorchLibrary() {}

  /** True of a core's folder that says nothing of caches; false where there is no such folder. */
  static boolean hidesCaches(Path core) {
    return Files.isDirectory(core) && !Files.isDirectory(core.resolve("cache"));
  }

  /** Has libtorch compute on so many threads, in this whole process. To be called first. */
  static void threads(int threads) {
    torch.set_num_threads(threads);
  }

  /**
   * A device in libtorch's terms.
   *
   * @throws TrainingException if it is not there; nothing falls back to another
   */
  static org.bytedeco.pytorch.Device device(Device device) {
    if (device.kind() == Device.Kind.CUDA && !torch.cuda_is_available()) {
      throw new TrainingException(
          "device "
              + device
              + ": this build of the trainer computes on the CPU alone, or there is no NVIDIA GPU;"
              + " build it with -Dpytorch.platform=linux-x86_64-gpu, or train on cpu");
    }
    return new org.bytedeco.pytorch.Device(device.toString()).retainReference();
  }
}
