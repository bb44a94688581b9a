package dev.millrace.trainer.torch;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Sets up libtorch for this process, and finds its devices. */
final class TorchLibrary {

  /**
   * Linux's folder with information about the first core. The folder lists the core's caches,
   * unless the system hides them.
   */
  private static final Path CORE = Path.of("/sys/devices/system/cpu/cpu0");

  /**
   * Whether oneDNN's convolutions with kernels of 1x1 can end the process. In a virtual machine
   * that hides the caches of its processor, oneDNN 3 divides by 0 (SIGFPE in {@code est_eff_1x1})
   * for some numbers of channels, among them those of ResNet-50. All its other convolutions work
   * there.
   */
  static final boolean POINTWISE_CONVOLUTION_CRASHES =
      System.getProperty("os.arch").equals("amd64") && hidesCaches(CORE);

  static {
    extract(Loader.getPlatform());
    extract(Loader.getPlatform() + "-gpu");
  }

  private TorchLibrary() {}

  /**
   * Extracts all of libtorch's files to JavaCPP's cache, before JavaCPP loads the first of them.
   * JavaCPP itself extracts a file just before it loads it. A file that needs another one which is
   * not extracted yet gets the file of the same name in the system's folders, if there is one. With
   * another version of libtorch there, such as Debian's, the process ended (SIGSEGV) at the first
   * training on a machine. Leaves files alone that are already in the cache.
   */
  private static void extract(String platform) {
    URL folder = torch.class.getResource("/org/bytedeco/pytorch/" + platform + "/");
    try {
      if (folder != null && folder.openConnection() instanceof JarURLConnection jar) {
        for (JarEntry file : Collections.list(jar.getJarFile().entries())) {
          if (file.getName().startsWith(jar.getEntryName()) && !file.isDirectory()) {
            Loader.cacheResource(torch.class, "/" + file.getName());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("libtorch cannot be extracted to JavaCPP's cache", e);
    }
  }

  /** {@return whether a core's folder exists but contains no information about caches} */
  static boolean hidesCaches(Path core) {
    return Files.isDirectory(core) && !Files.isDirectory(core.resolve("cache"));
  }

  /**
   * Sets the number of libtorch's threads in the whole process. Call this method before any other
   * use of libtorch.
   */
  static void threads(int threads) {
    torch.set_num_threads(threads);
  }

  /**
   * {@return libtorch's object for a device}
   *
   * @throws TrainingException if the device is not available; the trainer never falls back to
   *     another device
   */
  static org.bytedeco.pytorch.Device device(Device device) {
    requireAvailable(device);
    return new org.bytedeco.pytorch.Device(device.toString()).retainReference();
  }

  /**
   * Requires that a device is available.
   *
   * @throws TrainingException if the device is not available
   */
  static void requireAvailable(Device device) {
    if (device.kind() == Device.Kind.CUDA) {
      requireGpu(device, torch.cuda_is_available() ? torch.cuda_device_count() : 0);
    }
  }

  /**
   * Requires that a GPU is one of the machine's GPUs.
   *
   * @param gpus the number of GPUs that libtorch can use
   * @throws TrainingException if there are too few GPUs
   */
  static void requireGpu(Device device, long gpus) {
    if (gpus == 0) {
      throw new TrainingException(
          "device "
              + device
              + ": this build of the trainer runs only on the CPU, or there is no NVIDIA GPU;"
              + " build it with -Dpytorch.platform=linux-x86_64-gpu, or train on cpu");
    }
    if (device.index() >= gpus) {
      throw new TrainingException(
          "device "
              + device
              + ": the numbers of this machine's GPUs begin with 0 and end with "
              + (gpus - 1)
              + "; take one of them");
    }
  }
}
