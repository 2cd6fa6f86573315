#pragma OPENCL FP_CONTRACT OFF

static long floordiv_i8(long x, long y) {
    if (y == 0 || (y == -1 && x == (-9223372036854775807l - 1)))
        return 0;
    const long q = x / y, r = x % y;
    const bool off = r != 0 && (r ^ y) < 0;
    return off ? (long)(q - 1) : q;
}


static long f_v_kernel(global uchar *v_frame, global uchar *g0, global uchar *g1) {
    long v_a_n0 = 0;
    long v_low = 0;
    long v_high = 0;
    long v_trip = 0;
    long v_k = 0;
    long v_i = 0;
    long v_i_assigned = 0;
    global uchar *v_a = 0;
    global uchar *v_b = 0;
    long v_b_n0 = 0;
    char v_tmp = 0;
    char v_tmp_1 = 0;
    char v_tmp_2 = 0;
    long v_tmp_3 = 0;
    v_a = g0 + as_long(*(global ulong *)(v_frame + 96l));
    v_a_n0 = as_long(*(global ulong *)(v_frame + 104l));
    v_b = g1 + as_long(*(global ulong *)(v_frame + 120l));
    v_b_n0 = as_long(*(global ulong *)(v_frame + 128l));
    v_trip = v_a_n0;
    v_low = as_long(*(global ulong *)(v_frame + 0l));
    v_high = as_long(*(global ulong *)(v_frame + 8l));
    if ((v_high > v_trip)) {
        v_high = v_trip;
    }
    const long end2 = v_high;
    for (long at1 = v_low; at1 < end2; at1 += 1) {
        v_k = at1;
        v_tmp = as_char(*(global uchar *)(v_b + v_k));
        v_tmp_1 = (char)floordiv_i8((long)as_char(*(global uchar *)(v_a + v_k)), 3l);
        v_tmp_2 = (((0l <= 1l) ? (1l < 8l) : false) ? (char)(long)((ulong)(long)v_tmp << (ulong)1l) : 0);
        v_tmp_3 = ((long)v_tmp_1 + (long)v_tmp_2);
        if (((v_tmp_3 < (-128l)) ? true : (v_tmp_3 > 127l))) {
            return 1281l;
        }
        *(global uchar *)(v_b + v_k) = (uchar)(char)((long)v_tmp_1 + (long)v_tmp_2);
    }
    if ((v_low < v_high)) {
        v_i = (v_high - 1l);
        v_i_assigned = 1l;
    }
    *(global ulong *)(v_frame + 144l) = (ulong)v_i;
    *(global ulong *)(v_frame + 152l) = (ulong)v_i_assigned;
    return 0l;
}

kernel void alpyna(global uchar *restrict frames, ulong size, ulong count, global uchar *restrict g0, global uchar *restrict g1) {
    const size_t k = get_global_id(0);
    if (k >= count)
        return;
    global uchar *const frame = frames + k * size;
    *(global long *)(frame + size - 8) = f_v_kernel(frame, g0, g1);
}
