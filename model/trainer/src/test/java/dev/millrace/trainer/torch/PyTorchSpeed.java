package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.trainer.data.MiniBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compares the training speed of ResNet-20, in images per second, with PyTorch on the same machine.
 * Millrace allocates native memory as with its launcher, and PyTorch with glibc's defaults.
 * Millrace and PyTorch train on batches of 128 images from memory, in alternating turns. The test
 * compares the medians of the turns. {@code src/test/parity/pytorch.sh} runs this test.
 */
class PyTorchSpeed {

  private static final int TURNS = 9;
  private static final double SECONDS = 4;
  private static final double LEAST = 1;
  private static final int BATCH = 128;
  private static final int SIDE = 32;
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  /** PyTorch in a separate process, which trains on request. */
  private record PyTorch(Process process, BufferedReader answers) implements AutoCloseable {

    static PyTorch start(String memoryFormat) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(System.getProperty("millrace.pytorch.command", "").split(" ", -1)));
      command.addAll(List.of(memoryFormat, Integer.toString(THREADS)));
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("MALLOC_") || name.equals("GLIBC_TUNABLES"));
      Process process = builder.start();
      return new PyTorch(process, process.inputReader(StandardCharsets.UTF_8));
    }

    double turn() throws IOException {
      process.outputWriter(StandardCharsets.UTF_8).append(SECONDS + "\n").flush();
      return Double.parseDouble(answers.readLine());
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  @Test
  void training_isAsFastAsPyTorchs() throws IOException {
    ResNet resnet20 = ResNet.of("resnet20");
    Preprocessing preprocessing =
        new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    double[][] speeds = new double[3][TURNS];
    try (PyTorch usual = PyTorch.start("contiguous");
        PyTorch channelsLast = PyTorch.start("channels_last");
        TorchNetwork ours =
            new TorchNetwork(
                resnet20,
                HeInitialization.of(resnet20, 1),
                List.of(),
                Optimization.DEFAULTS,
                preprocessing,
                Compute.cpu(THREADS))) {
      MiniBatch batch = TrainingTurns.batch(BATCH, SIDE);
      for (int i = -1; i < TURNS; i++) { // the first turn warms up
        double[] turn = {
          TrainingTurns.turn(ours, batch, SECONDS), usual.turn(), channelsLast.turn()
        };
        for (int j = 0; j < turn.length && i >= 0; j++) {
          speeds[j][i] = turn[j];
        }
      }
    }
    double ours = TrainingTurns.median(speeds[0]);
    double usual = TrainingTurns.median(speeds[1]);
    double channelsLast = TrainingTurns.median(speeds[2]);
    System.out.printf(
        "training: %.0f images/s; PyTorch %.0f (%.2f), with channels_last %.0f (%.2f)%n",
        ours, usual, ours / usual, channelsLast, ours / channelsLast);
    assertThat(ours / Math.max(usual, channelsLast)).isGreaterThanOrEqualTo(LEAST);
  }
}
