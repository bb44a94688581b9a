package dev.millrace.service.command.doctor;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxRuntimeInfo;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.service.command.options.TopicOptions;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.serve.PredictionSize;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.InferenceConfig;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.streams.StreamsConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check Java, native libraries, broker, topics, models and GPUs.",
      "The exit code is 1 if anything that 'serve' needs is missing."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace doctor",
      "  millrace doctor --config client.properties --model fashion --device cuda:0"
    })
public final class DoctorCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private RepositoryOption repository;

  @Grouped(Section.MODEL)
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Model to check (default: every model).")
  private String model;

  @Mixin private TopicOptions topicOptions;

  @Grouped(Section.TOPICS)
  @Option(
      names = "--topics",
      paramLabel = "TOPIC",
      split = ",",
      description =
          "Topics that must exist, separated by commas (default: the topics of --input, --output"
              + " and --dead-letters).")
  private List<String> topics;

  @Grouped(Section.TOPICS)
  @Option(
      names = "--max-record-bytes",
      paramLabel = "N",
      defaultValue = "" + ServiceConfig.DEFAULT_MAX_RECORD_BYTES,
      description =
          "Largest image record, in bytes. Use the value that you pass to 'serve' (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxRecordBytes;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      split = ",",
      description =
          "Devices that must work, cpu or cuda:N, separated by commas (default:"
              + " ${DEFAULT-VALUE}).")
  private List<String> devices = List.of(Device.CPU.toString());

  @Option(
      names = "--acls",
      description =
          "Print the rights that each command needs on a broker with an authorizer, and exit."
              + " Does not connect to a broker.")
  private boolean acls;

  @Option(
      names = "--principal",
      paramLabel = "TYPE:NAME",
      description =
          "With --acls: print kafka-acls.sh commands that grant the rights to this user, for"
              + " example User:alice.")
  private String principal;

  @Option(
      names = "--application-id",
      paramLabel = "ID",
      description = "With --acls: the consumer group of 'serve' (default: millrace-MODEL).")
  private String applicationId;

  @Option(
      names = "--json",
      description =
          "Print the findings as a JSON array of {check, state, detail}. With --acls: print the"
              + " rights as JSON.")
  private boolean json;

  /** A finding, as {@code --json} prints it. */
  private record Entry(String check, String state, String detail) {}

  @Override
  public Integer call() {
    if (acls) {
      printRights();
      return ExitCode.DONE;
    }
    List<Device> wanted = devices.stream().map(Device::parse).toList();
    List<Finding> findings = new ArrayList<>();
    findings.add(MachineChecks.java());
    findings.add(MachineChecks.openCv(() -> new OpenCvImageDecoder(ImageLimits.DEFAULT)));
    findings.add(MachineChecks.onnxRuntime(OnnxRuntimeInfo::read));
    findings.addAll(brokerChecks());
    findings.addAll(ModelChecks.of(repository.open(), model));
    findings.addAll(GpuChecks.ofThisMachine().of(wanted));
    print(findings);
    return findings.stream().anyMatch(Finding::isFailure) ? ExitCode.FAILED : ExitCode.DONE;
  }

  private void printRights() {
    String group =
        applicationId == null
            ? kafka.streams(Map.of()).getProperty(StreamsConfig.APPLICATION_ID_CONFIG)
            : applicationId;
    RightsReport report =
        new RightsReport(
            new RequiredRights(topicOptions.topics(), group, model).byCommand(),
            spec.commandLine().getOut());
    if (json) {
      report.json();
    } else if (principal == null) {
      report.table();
    } else {
      report.commands(kafka.bootstrapServers(), principal);
    }
  }

  private List<Finding> brokerChecks() {
    Topics all = topicOptions.topics();
    List<String> names = topics;
    if (names == null) {
      names = new ArrayList<>(all.inputs());
      names.add(all.output());
      names.add(all.deadLetters());
    }
    return new BrokerChecks(all, maxRecordBytes, predictionBytes()).of(kafka, names);
  }

  /**
   * Returns the size, in bytes, of the largest prediction that the model of {@code --model} can
   * make if {@code serve} runs with its default options. Returns 0 if the size is unknown.
   */
  private long predictionBytes() {
    if (model == null) {
      return 0;
    }
    try {
      InferenceConfig defaults = InferenceConfig.builder(repository.open(), model).build();
      return PredictionSize.most(
          repository.open().manifest(model, repository.open().newestNumber(model)),
          defaults.top(),
          defaults.probabilities());
    } catch (ModelException e) {
      return 0; // the check of the model reports why
    }
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
