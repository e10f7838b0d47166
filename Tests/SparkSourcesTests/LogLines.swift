/// Lines of small logs.
enum LogLines {
    static func start(_ id: String) -> String {
        #"{"Event":"SparkListenerApplicationStart","App Name":"n","App ID":"\#(id)","Timestamp":1}"#
            + "\n"
    }

    static func job(_ id: Int) -> String {
        #"{"Event":"SparkListenerJobStart","Job ID":\#(id),"Submission Time":5,"Stage IDs":[]}"#
            + "\n"
    }
}
