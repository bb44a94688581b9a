package dev.millrace.service.command.doctor;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxRuntimeInfo;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.serve.Topics;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace doctor}. */
@Command(
    name = "doctor",
    description = {
      "Say what is there and what is missing: Java, native libraries, broker, topics, model, GPU.",
      "Ends with 1 if something is missing that serving needs."
    })
public final class DoctorCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private RepositoryOption repository;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model to check (default: every one).")
  private String model;

  @Option(
      names = "--topics",
      paramLabel = "TOPIC",
      split = ",",
      defaultValue = Topics.DEFAULTS,
      description = "The topics to look for (default: ${DEFAULT-VALUE}).")
  private List<String> topics;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      split = ",",
      description = "The devices that must work (default: ${DEFAULT-VALUE}).")
  private List<String> devices = List.of(Device.CPU.toString());

  @Option(names = "--json", description = "As JSON: an array of {check, state, detail}.")
  private boolean json;

  /** A finding in JSON. */
  private record Entry(String check, String state, String detail) {}

  @Override
  public Integer call() {
    List<Device> wanted = devices.stream().map(Device::parse).toList();
    List<Finding> findings = new ArrayList<>();
    findings.add(MachineChecks.java());
    findings.add(MachineChecks.openCv(() -> new OpenCvImageDecoder(ImageLimits.DEFAULT)));
    findings.add(MachineChecks.onnxRuntime(OnnxRuntimeInfo::read));
    findings.addAll(BrokerChecks.of(kafka, topics));
    findings.addAll(ModelChecks.of(repository.open(), model));
    findings.addAll(GpuChecks.ofThisMachine().of(wanted));
    print(findings);
    return findings.stream().anyMatch(Finding::isFailure) ? ExitCode.FAILED : ExitCode.DONE;
  }

  private void print(List<Finding> findings) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          Json.line(
              findings.stream()
                  .map(one -> new Entry(one.check(), one.state().label(), one.detail()))
                  .toList()));
    } else {
      findings.forEach(
          finding ->
              out.printf(
                  "%-8s %-22s %s%n", finding.state().label(), finding.check(), finding.detail()));
    }
  }
}
