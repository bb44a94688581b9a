package dev.millrace.trainer.torch;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.TrainingException;
import org.bytedeco.pytorch.global.torch;

/** What of libtorch is on this machine. */
final class TorchLibrary {

  private TorchLibrary() {}

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
