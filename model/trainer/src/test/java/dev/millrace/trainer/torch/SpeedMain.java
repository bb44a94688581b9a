package dev.millrace.trainer.torch;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.*;
import dev.millrace.core.training.*;
import dev.millrace.trainer.data.Batch;
import java.nio.ByteBuffer;
import java.util.*;

public class SpeedMain {
  public static void main(String[] a) {
    String arch = a[0];
    int n = Integer.parseInt(a[1]),
        threads = Integer.parseInt(a[2]),
        steps = Integer.parseInt(a[3]);
    ResNet net = ResNet.of(arch).withClasses(10);
    int side = net.size();
    Random r = new Random(1);
    ByteBuffer px = ByteBuffer.allocateDirect(n * side * side * 3);
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = r.nextInt(10);
      for (int k = 0; k < side * side * 3; k++) px.put((byte) (r.nextInt(128) + 12 * labels[i]));
    }
    Batch b = new Batch(px, labels);
    try (TorchNetwork t =
        new TorchNetwork(
            net,
            HeInitialization.of(net, 1),
            List.of(),
            new Preprocessing(side, side, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
            Device.CPU,
            threads)) {
      for (int i = 0; i < steps; i++) {
        long s = System.nanoTime();
        TorchNetwork.Step st = t.step(b, Optimization.DEFAULTS, 0.05);
        System.out.printf(
            "%d %.4f %d %.0f images/s%n",
            i, st.loss(), st.right(), n * 1e9 / (System.nanoTime() - s));
      }
      float[] p = new float[10];
      t.probabilities(b).get(p);
      System.out.println(Arrays.toString(p));
      System.out.println(t.weights().names().size());
    }
  }
}
