package dev.millrace.trainer.torch;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.TrainingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch;

/** libtorch on this machine. */
final class TorchLibrary {

  /** Linux's folder about the first core, and about its caches if the processor shows them. */
  private static final Path CORE = Path.of("/sys/devices/system/cpu/cpu0");

  // oneDNN divides by the number of cores that share a cache. In a virtual machine that hides its
  // caches, this number is zero and the process dies (SIGFPE in est_eff_1x1). Its AVX code does not
  // divide by it.
  static {
    if (System.getProperty("os.arch").equals("amd64") && hidesCaches(CORE)) {
      torch.set_env("ONEDNN_MAX_CPU_ISA", "AVX", false);
    }
  }

  private TorchLibrary() {}

  /** {@return whether a core's folder exists but shows no caches} */
  static boolean hidesCaches(Path core) {
    return Files.isDirectory(core) && !Files.isDirectory(core.resolve("cache"));
  }

  /** Sets the number of threads of libtorch in the whole process. Call it before any other use. */
  static void threads(int threads) {
    torch.set_num_threads(threads);
  }

  /**
   * {@return a device in libtorch's terms}
   *
   * @throws TrainingException if the device is not available; nothing falls back to another device
   */
  static org.bytedeco.pytorch.Device device(Device device) {
    if (device.kind() == Device.Kind.CUDA && !torch.cuda_is_available()) {
      throw new TrainingException(
          "device "
              + device
              + ": this build of the trainer runs only on the CPU, or there is no NVIDIA GPU;"
              + " build it with -Dpytorch.platform=linux-x86_64-gpu, or train on cpu");
    }
    return new org.bytedeco.pytorch.Device(device.toString()).retainReference();
  }
}
